import { array, int64, raw, string } from '#lib/kube-api';
import type { ObjectSchema } from '#lib/kube-api';
import { part } from './kind.js';

/**
 * What an image says of itself. Kept as a free-form object in the schema, because its keys depend on
 * `dockerImageMetadataVersion`; `docker-image-metadata.ts` holds its real shape.
 */
export const dockerImageMetadata = raw(
  'What the image says of itself: its configuration (environment, command, ports, labels), author, creation time, ' +
    'architecture and size, as an object of kind DockerImage. Filled in from the manifest and the image configuration ' +
    'when the image is created, and not changeable afterwards.',
  { patch: { strategy: 'replace' } },
);

export const dockerImageMetadataVersion = string(
  'Version that dockerImageMetadata is written in: "1.0", or "pre012" for the spelling of keys that early Docker ' +
    'releases used. Defaults to "1.0".',
);

const digest = string('Digest of the blob, such as "sha256:" and 64 hexadecimal digits.');

export const imageLayer: ObjectSchema = part('ImageLayer', 'One layer of an image: a blob in the registry.', {
  name: digest,
  size: int64('Size of the blob in bytes, as it is stored and pulled (usually compressed). 0 when not known.'),
  mediaType: string('Media type of the blob.'),
});

export const imageManifest: ObjectSchema = part(
  'ImageManifest',
  'One entry of a manifest list or image index: the image for one platform.',
  {
    digest: string('Digest of the manifest that the entry leads to. The image of that platform has it as its name.'),
    mediaType: string('Media type of that manifest.'),
    manifestSize: int64('Length of that manifest in bytes. Says nothing of the size of the image.'),
    architecture: string('Processor that the image is built for, such as "amd64" or "arm64".'),
    os: string('Operating system that the image is built for, such as "linux".'),
    variant: string('Variant of the processor, such as "v7" for 32-bit ARM. Empty for most architectures.'),
  },
);

export const dockerImageLayers = array(
  'Layers of the image, base layer first. Filled in from the manifest. Empty for a manifest list.',
  imageLayer,
);

export const dockerImageManifests = array(
  'Images behind a manifest list or image index, one for each platform. Set only when this image is such a list; ' +
    'dockerImageLayers is then empty.',
  imageManifest,
);
