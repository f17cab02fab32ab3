import type { ImageLayer } from '#lib/events';
import type { ImageContent } from '../image-content.js';
import { EMPTY_DOCKER_IMAGE, readDockerImage, writeDockerImage } from './docker-image.js';
import type { DockerImage, DockerImageVersion } from './docker-image.js';
import { UnreadableFieldError } from './field-table.js';
import { withLayerOrderStated, withLayersAscending } from './layer-order.js';
import { MAX_MANIFEST_LENGTH, readManifest, schema1Layers, UnreadableManifestError } from './manifest-content.js';
import type { ManifestContent } from './manifest-content.js';
import { SCHEMA_1, SCHEMA_2 } from './media-types.js';
import { normaliseMetadata } from './stored-metadata.js';
import { wireTime } from './wire-time.js';

/** An image after {@link completeImage}. With problems it is the image as it was sent. */
export interface Completion<I extends ImageContent = ImageContent> {
  readonly image: I;
  /** Why nothing could be learned from the manifest. Not the client's to fix: they belong in a log or a warning. */
  readonly problems: readonly string[];
}

/**
 * Fills in what an image's manifest and configuration say of it: layers (base first), `dockerImageMetadata` with the size,
 * the manifest's media type, and the sub-manifests of a list. What is there already and complete is left alone, so that
 * completing twice changes nothing.
 *
 * Manifest and configuration come from registries and may hold anything: this never throws for what they hold.
 *
 * @param now `Created` of a manifest list, which has no time of its own.
 */
export function completeImage<I extends ImageContent>(image: I, now: Date): Completion<I> {
  const text = image.dockerImageManifest ?? '';
  if (text === '') return { image, problems: [] };
  try {
    return {
      image: completeFrom(readManifest(text, image.dockerImageManifestMediaType ?? ''), image, now),
      problems: [],
    };
  } catch (error) {
    if (
      error instanceof UnreadableManifestError ||
      error instanceof UnreadableFieldError ||
      error instanceof IncompleteImageError
    ) {
      return { image, problems: [error.message] };
    }
    throw error;
  }
}

/** Manifest and configuration can be read, but do not make up an image. */
class IncompleteImageError extends Error {}

/** `the image <name> (<reference>)`, as messages about it begin. */
const named = (image: ImageContent): string =>
  `the image ${image.metadata?.name ?? ''} (${image.dockerImageReference ?? ''})`;

function completeFrom<I extends ImageContent>(manifest: ManifestContent, sent: I, now: Date): I {
  const existing = existingMetadata(sent);
  const image = withLayersAscending(sent, manifest);
  if (manifest.kind === 'list') return completeList(manifest, image, existing, now);

  const hasLayers = (image.dockerImageLayers ?? []).length > 0;
  if (hasLayers && (existing.image.Size ?? 0) > 0 && (image.dockerImageManifestMediaType ?? '') !== '') return image;

  const layers = hasLayers ? (image.dockerImageLayers ?? []) : layersOf(manifest, image);
  const { mediaType, metadata, config } = described(manifest, image);
  return {
    ...(hasLayers ? image : withLayerOrderStated({ ...image, dockerImageLayers: layers })),
    dockerImageManifestMediaType: mediaType,
    ...written({ ...metadata, Size: imageSize(layers, config) }, existing.version),
  };
}

interface ExistingMetadata {
  readonly image: DockerImage;
  readonly version: DockerImageVersion;
}

/** Unreadable metadata is refused where it enters; should it be met here all the same, it is left for the reader to see. */
function existingMetadata(image: ImageContent): ExistingMetadata {
  const existing = normaliseMetadata(image.dockerImageMetadata, image.dockerImageMetadataVersion);
  if (!existing.ok) throw new IncompleteImageError(existing.problem);
  return existing;
}

const written = (image: DockerImage, version: DockerImageVersion): Pick<ImageContent, 'dockerImageMetadata'> => ({
  dockerImageMetadata: writeDockerImage(image, version),
});

function completeList<I extends ImageContent>(
  { entries, mediaType }: ManifestContent & { kind: 'list' },
  image: I,
  existing: ExistingMetadata,
  now: Date,
): I {
  const name = image.metadata?.name ?? '';
  const known = existing.image.Id === name && existing.image.Created !== null;
  return {
    ...image,
    dockerImageManifests: entries,
    ...(image.dockerImageManifestMediaType ? {} : { dockerImageManifestMediaType: mediaType }),
    ...(known ? {} : written({ ...existing.image, Id: name, Created: wireTime(now) }, existing.version)),
  };
}

type SingleManifest = Exclude<ManifestContent, { kind: 'list' }>;

function layersOf(manifest: SingleManifest, image: ImageContent): readonly ImageLayer[] {
  switch (manifest.kind) {
    case 'schema1': {
      const { blobSums, history } = manifest;
      if (history.length !== blobSums.length) {
        throw new IncompleteImageError(
          `${named(image)} has mismatched history and fslayer cardinality (${history.length} != ${blobSums.length})`,
        );
      }
      return schema1Layers(blobSums, history);
    }
    case 'schema2':
      return manifest.layers;
    case 'unrecognized':
      throw unrecognized(manifest, image);
  }
}

const unrecognized = ({ schemaVersion }: { schemaVersion: number }, image: ImageContent): IncompleteImageError =>
  new IncompleteImageError(
    `unrecognized container image manifest schema ${schemaVersion} for "${image.metadata?.name ?? ''}" ` +
      `(${image.dockerImageReference ?? ''})`,
  );

interface Described {
  readonly mediaType: string;
  readonly metadata: DockerImage;
  /** The configuration that counts towards the size. */
  readonly config?: { readonly digest: string; readonly bytes: number };
}

function described(manifest: SingleManifest, image: ImageContent): Described {
  switch (manifest.kind) {
    case 'schema1': {
      const [newest] = manifest.history;
      if (newest === undefined) {
        throw new IncompleteImageError(`${named(image)} has a schema 1 manifest, but it doesn't have history`);
      }
      return { mediaType: SCHEMA_1, metadata: parsedConfig(newest, 'v1Compatibility') };
    }
    case 'schema2': {
      const mediaType = manifest.mediaType || image.dockerImageManifestMediaType || SCHEMA_2;
      const text = image.dockerImageConfig ?? '';
      if (text === '') {
        throw new IncompleteImageError(`dockerImageConfig must not be empty for manifest type "${mediaType}"`);
      }
      const config = { digest: manifest.configDigest, bytes: Buffer.byteLength(text) };
      return { mediaType, metadata: { ...parsedConfig(text, 'dockerImageConfig'), Id: config.digest }, config };
    }
    case 'unrecognized':
      throw unrecognized(manifest, image);
  }
}

/** Docker writes configurations with the keys that version `pre012` has. */
function parsedConfig(text: string, field: string): DockerImage {
  const refuse = (why: string): IncompleteImageError => new IncompleteImageError(`failed to parse ${field}: ${why}`);
  if (text.length > MAX_MANIFEST_LENGTH) throw refuse('it is too long');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
  try {
    return { ...EMPTY_DOCKER_IMAGE, ...readDockerImage(json, 'pre012', field) };
  } catch (error) {
    throw error instanceof UnreadableFieldError ? refuse(error.message) : error;
  }
}

/** Bytes of everything that a client pulls for this image, each blob once. */
function imageSize(layers: readonly ImageLayer[], config: Described['config']): number {
  const counted = new Set(config === undefined ? [] : [config.digest]);
  let size = config?.bytes ?? 0;
  for (const layer of layers) {
    if (counted.has(layer.name)) continue;
    counted.add(layer.name);
    size += layer.size;
  }
  return size;
}
