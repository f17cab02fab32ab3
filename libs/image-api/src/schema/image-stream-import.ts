import { array, as, boolean, object, objectReference, status, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { imageSchema } from './image.js';
import { imageStreamSchema } from './image-stream.js';
import { kind, part } from './kind.js';
import { tagImportPolicy, tagReferencePolicy } from './tag-reference.js';

const importPolicy = as(tagImportPolicy, 'How the images are fetched. Written into the tags too.');
const referencePolicy = as(tagReferencePolicy, 'Which pull specification users of the tags are given.');
const includeManifest = boolean(
  'Leave manifest and configuration in the images of the answer, for callers who want to look at them.',
  { default: false },
);

const repositoryImportSpec: ObjectSchema = part('RepositoryImportSpec', 'A whole repository to import.', {
  from: as(objectReference, 'The repository: kind "DockerImage", and as name the repository without tag or digest.', {
    required: true,
  }),
  importPolicy,
  referencePolicy,
  includeManifest,
});

const localObjectReference: ObjectSchema = object(
  'io.k8s.api.core.v1.LocalObjectReference',
  'The name of something in the same namespace.',
  { name: string('Its name.') },
);

const imageImportSpec: ObjectSchema = part('ImageImportSpec', 'One image to import.', {
  from: as(objectReference, 'The image: kind "DockerImage", and as name its pull specification.', { required: true }),
  to: as(
    localObjectReference,
    'Tag to write. Defaults to the tag of the pull specification, if that names one; without either the image is looked ' +
      'up and not tagged.',
  ),
  importPolicy,
  referencePolicy,
  includeManifest,
});

const imageStreamImportSpec: ObjectSchema = part('ImageStreamImportSpec', 'What to import.', {
  import: boolean(
    'True writes the images and the tags that lead to them. False only looks: the answer says what would be found, and ' +
      'nothing is kept.',
    { default: false },
  ),
  repository: as(
    repositoryImportSpec,
    'Import the tags of a whole repository. If the server limits their number, "latest" goes first, then newer versions ' +
      'before older ones.',
  ),
  images: array('Import these images. Each may lead to a tag of its own.', imageImportSpec),
});

const imageImportStatus: ObjectSchema = part('ImageImportStatus', 'What became of one image.', {
  status: as(status, 'Success, or why the image could not be imported.', { required: true }),
  image: as(imageSchema, 'The image that was found.'),
  tag: string('Tag that it belongs to.'),
  manifests: array(
    'For a manifest list whose import mode is "PreserveOriginal", the images of all platforms.',
    imageSchema,
  ),
});

const repositoryImportStatus: ObjectSchema = part('RepositoryImportStatus', 'What became of a repository.', {
  status: as(status, 'Success; or why the tags could not be listed, or how many of them could not be imported.'),
  images: array('One entry for each tag that was tried, in the order of trying.', imageImportStatus),
  additionalTags: array('Tags that were not tried, because there are more than the limit.', string('Name of a tag.')),
});

const imageStreamImportStatus: ObjectSchema = part('ImageStreamImportStatus', 'What became of an import.', {
  import: as(imageStreamSchema, 'The stream after the import. Absent when the import only looked.'),
  repository: as(repositoryImportStatus, 'What became of spec.repository.'),
  images: array('What became of spec.images: as many entries, in the same order.', imageImportStatus),
});

/** A request to fetch images from other registries. */
export const imageStreamImportSchema: ObjectSchema = kind(
  'ImageStreamImport',
  'Imports images from other registries into a stream, or looks whether they could be. It is carried out at once, its ' +
    'outcome is in the status of the answer, and it is not kept. A stream that does not exist is created. An image that ' +
    'cannot be imported does not fail the request: see the status of each.',
  {
    spec: as(imageStreamImportSpec, 'What to import.', { required: true }),
    status: as(imageStreamImportStatus, 'What became of it. Read only.'),
  },
  'Standard metadata. The name is that of the stream.',
);
