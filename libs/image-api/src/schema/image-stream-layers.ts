import { array, boolean, int64, map, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { kind, part } from './kind.js';

const imageLayerData: ObjectSchema = part('ImageLayerData', 'What is known of a blob.', {
  size: int64('Size in bytes. Null when not known.'),
  mediaType: string('Media type of the blob.'),
});

const imageBlobReferences: ObjectSchema = part('ImageBlobReferences', 'Which blobs an image is made of.', {
  imageMissing: boolean(
    'The stream names the image, but there is no such Image (any more). Nothing else is set then.',
    {
      default: false,
    },
  ),
  layers: array('Digests of the layers, base layer first.', string('Digest of a layer.')),
  config: string('Digest of the configuration. Null for images that have none, such as those of schema 1.'),
  manifests: array('For a manifest list, the names of the images in it.', string('Name of an image.')),
});

/** Which blobs may be pulled through a stream. */
export const imageStreamLayersSchema: ObjectSchema = kind(
  'ImageStreamLayers',
  'All images and blobs that a stream leads to. A registry asks for it to decide whether a blob may be pulled through ' +
    'the repository.',
  {
    blobs: map('Blobs by digest: layers, configurations and manifests.', imageLayerData, { required: true }),
    images: map('Images by name.', imageBlobReferences, { required: true }),
  },
  'Standard metadata of the stream.',
);
