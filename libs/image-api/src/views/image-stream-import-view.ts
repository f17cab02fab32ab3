import type { FoundImage, ImageOutcome, ImportedImage, ImportFailure, ImportRun } from '#lib/import';
import { embeddedImage } from '../schema/defaults.js';
import type {
  EmbeddedImage,
  EmbeddedImageStream,
  ImageImportStatus,
  ImageStreamImportStatus,
  ImportOutcome,
  ObjectMeta,
  RepositoryImportStatus,
} from '../schema/types.js';
import { imageStreamView } from './image-stream-view.js';
import type { RegistryHostnames } from './registry-hostnames.js';
import { fromSnapshot } from './stream-source.js';

export interface ImportStatusOptions {
  /** Metadata of the images that are stored, by name. */
  readonly stored: ReadonlyMap<string, ObjectMeta>;
  readonly hostnames: RegistryHostnames;
  /** How many items of a tag's history the stream shows. */
  readonly historyWindow: number;
}

/** The `status` of an import: what became of each image, and the stream as it is now. */
export function importStatus(
  { findings, stream }: Pick<ImportRun, 'findings' | 'stream'>,
  { stored, hostnames, historyWindow }: ImportStatusOptions,
): ImageStreamImportStatus {
  const { images, repository } = findings;
  return {
    ...(stream === undefined ? {} : { import: embeddedStream(stream, hostnames, historyWindow) }),
    ...(repository === undefined ? {} : { repository: repositoryStatus(repository, stored) }),
    ...(images.length === 0 ? {} : { images: images.map((outcome) => imageStatus(outcome, stored)) }),
  };
}

/** Every image that is in the status. */
export function shownImages({ findings }: Pick<ImportRun, 'findings'>): readonly string[] {
  const found = ({ result }: ImageOutcome): readonly FoundImage[] => (result.kind === 'found' ? [result] : []);
  const all = [...(findings.repository?.images ?? []), ...findings.images].flatMap(found);
  return [...new Set(all.flatMap(({ image, manifests }) => [image, ...manifests]).map(({ name }) => name))];
}

const SUCCESS: ImportOutcome = { metadata: {}, status: 'Success' };

const failureStatus = ({ reason, message, code, details }: ImportFailure): ImportOutcome => ({
  metadata: {},
  status: 'Failure',
  message,
  reason,
  ...(details === undefined ? {} : { details }),
  ...(code === undefined ? {} : { code }),
});

function repositoryStatus(
  { failure, images, additionalTags }: NonNullable<ImportRun['findings']['repository']>,
  stored: ReadonlyMap<string, ObjectMeta>,
): RepositoryImportStatus {
  return {
    status: failure === undefined ? SUCCESS : failureStatus(failure),
    ...(images.length === 0 ? {} : { images: images.map((outcome) => imageStatus(outcome, stored)) }),
    ...(additionalTags.length === 0 ? {} : { additionalTags }),
  };
}

function imageStatus({ tag, result }: ImageOutcome, stored: ReadonlyMap<string, ObjectMeta>): ImageImportStatus {
  const named = tag === undefined ? {} : { tag };
  if (result.kind === 'failed') return { status: failureStatus(result.failure), ...named };
  const { image, manifests } = result;
  return {
    status: SUCCESS,
    image: shownImage(image, stored),
    ...named,
    ...(manifests.length === 0 ? {} : { manifests: manifests.map((child) => shownImage(child, stored)) }),
  };
}

/** An image that was known before is shown with the metadata that it has, so that its uid is one that exists. */
function shownImage(
  { name, annotations, content }: ImportedImage,
  stored: ReadonlyMap<string, ObjectMeta>,
): EmbeddedImage {
  const metadata = stored.get(name) ?? {
    name,
    creationTimestamp: null,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return embeddedImage({ metadata, ...content }, 'ImageStreamImport');
}

function embeddedStream(
  { state: { header, tags }, version }: NonNullable<ImportRun['stream']>,
  hostnames: RegistryHostnames,
  historyWindow: number,
): EmbeddedImageStream {
  const source = fromSnapshot({ kind: 'imageStream', header, tags, version }, historyWindow);
  if (source === undefined) throw new Error('an import leaves a stream behind');
  const { metadata, spec, status } = imageStreamView(source, hostnames).object();
  return { metadata, spec, status };
}
