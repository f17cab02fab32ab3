import type { KubeObject, TableDefinition } from '#lib/kube-api';
import type {
  ImageObject,
  ImageStreamImageObject,
  ImageStreamObject,
  ImageStreamTagObject,
  ImageTagObject,
} from '../schema/types.js';
import { ago, latest } from './age.js';
import { column, nameColumn } from './columns.js';
import { imageTagCells } from './image-tag-cells.js';
import { tagListCell } from './tag-list-cell.js';

type Cells = TableDefinition['cells'];

/** The cells of one kind. The server only ever hands a table the objects of its own resource. */
const cellsOf =
  <T>(cells: (object: T, now: Date) => (string | number | null)[]): Cells =>
  (object: KubeObject, now) =>
    cells(object as unknown as T, now);

const reference = 'Where the image is pulled from.';
const updated = 'How long ago the newest entry of the history was made.';
const imageName = 'Name of the image: the digest of its manifest.';

export const imageTable: TableDefinition = {
  columns: [nameColumn, column('Image Reference', reference)],
  cells: cellsOf<ImageObject>(({ metadata, dockerImageReference = '' }) => [metadata.name ?? '', dockerImageReference]),
};

export const imageStreamTable: TableDefinition = {
  columns: [
    nameColumn,
    column('Image Repository', 'Where the images of the stream are pulled from, or imported from.'),
    column('Tags', 'The tags of the stream, the one that moved last first.'),
    column('Updated', 'How long ago a tag of the stream last moved.'),
  ],
  cells: cellsOf<ImageStreamObject>(({ metadata, spec, status }, now) => [
    metadata.name ?? '',
    status.publicDockerImageRepository || spec.dockerImageRepository || status.dockerImageRepository,
    tagListCell(status.tags ?? []),
    ago(latest((status.tags ?? []).map(({ items }) => items?.[0]?.created)), now),
  ]),
};

export const imageStreamTagTable: TableDefinition = {
  columns: [
    nameColumn,
    column('Image Reference', reference),
    column('Updated', updated),
    column('Image Name', imageName, 1),
  ],
  cells: cellsOf<ImageStreamTagObject>(({ metadata, image }, now) => [
    metadata.name ?? '',
    image.dockerImageReference ?? '',
    ago(metadata.creationTimestamp, now),
    image.metadata.name ?? '',
  ]),
};

export const imageTagTable: TableDefinition = {
  columns: [
    nameColumn,
    column('Spec', 'What kind of wish the tag is: an image to import, another tag to track, or only pushed to.'),
    column('Status', 'The image that the tag shows, or why it does not show what is wanted.'),
    { name: 'History', type: 'number', description: 'How many entries the history of the tag shows.' },
    column('Updated', updated),
  ],
  cells: cellsOf<ImageTagObject>(imageTagCells),
};

export const imageStreamImageTable: TableDefinition = {
  columns: [
    nameColumn,
    column('Updated', 'How long ago the image was registered.'),
    column('Image Reference', reference, 1),
    column('Image Name', imageName, 1),
  ],
  cells: cellsOf<ImageStreamImageObject>(({ metadata, image }, now) => [
    metadata.name ?? '',
    ago(metadata.creationTimestamp, now),
    image.dockerImageReference ?? '',
    image.metadata.name ?? '',
  ]),
};
