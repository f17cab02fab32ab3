import { completeImage, validateImage } from '#lib/image';
import { asRepository, exact, type DockerReference, type FetchedImage } from '#lib/registry';
import type { FoundImage, ImportedImage } from '../import-outcome.js';
import { invalidImage, unusableImage, type ImportFailure } from './import-failure.js';

/** What a registry delivered cannot be made an image of. */
export class UnusableImageError extends Error {
  constructor(readonly failure: ImportFailure) {
    super(failure.message);
    this.name = 'UnusableImageError';
  }
}

/**
 * Makes Images of what was fetched: named after their digests, and referred to as the user wrote the reference, with the
 * digest.
 *
 * @throws UnusableImageError
 */
export function foundImage(fetched: FetchedImage, written: DockerReference, now: Date): FoundImage {
  const { platformChoice, children = [], attempts } = fetched;
  return {
    kind: 'found',
    image: importedImage(fetched, written, now),
    manifests: children.map((child) => importedImage(child, written, now)),
    ...(platformChoice === undefined ? {} : { platformChoice }),
    attempts,
  };
}

/** The image without manifest and configuration, which is how it is stored. */
export function withoutManifest(image: ImportedImage): ImportedImage {
  const { dockerImageManifest: _manifest, dockerImageConfig: _config, ...content } = image.content;
  return { ...image, content };
}

/** Bytes of manifests and configurations that were read for an image. */
export function fetchedBytes({ manifest, config, children = [] }: FetchedImage): number {
  const own = manifest.text.length + (config?.text.length ?? 0);
  return children.reduce((sum, child) => sum + fetchedBytes(child), own);
}

function importedImage(fetched: FetchedImage, written: DockerReference, now: Date): ImportedImage {
  const { manifest, config, layers, list } = fetched;
  const name = manifest.digest;
  const isList = list !== undefined;
  const { image, problems } = completeImage(
    {
      metadata: { name, annotations: {} },
      dockerImageReference: exact({ ...asRepository(written), id: name }),
      dockerImageMetadataVersion: '1.0',
      dockerImageManifest: manifest.text,
      dockerImageManifestMediaType: manifest.mediaType,
      ...(config === undefined ? {} : { dockerImageConfig: config.text }),
      ...(isList
        ? {}
        : { dockerImageLayers: layers.map(({ digest, size, mediaType }) => ({ name: digest, size, mediaType })) }),
    },
    now,
  );
  const [problem] = problems;
  if (problem !== undefined) throw new UnusableImageError(unusableImage(problem));
  const { metadata, ...content } = image;
  const broken = validateImage(content);
  if (broken.length > 0) throw new UnusableImageError(invalidImage(name, broken));
  const complete = { name, annotations: metadata?.annotations ?? {}, content };
  // A list says nothing that its entries do not say.
  return isList ? withoutManifest(complete) : complete;
}
