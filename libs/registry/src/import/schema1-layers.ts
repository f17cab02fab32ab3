import type { RemoteRepository } from '../client/remote-repository.js';
import { malformed } from '../manifests/json-document.js';
import type { Descriptor, Schema1Manifest } from '../manifests/manifest.js';
import { MediaType } from '../manifests/media-types.js';
import type { Digest } from '../references/digest.js';
import type { ContentReader } from './content-reader.js';

/**
 * The layers of a schema 1 image, the base layer first. Their sizes come from the history; where it has none at all,
 * the registry is asked for the size of each distinct layer.
 */
export async function schema1Layers(
  { fsLayers, history }: Schema1Manifest,
  place: RemoteRepository,
  reader: ContentReader,
): Promise<readonly Descriptor[]> {
  if (history.length === 0) throw malformed('image has no v1Compatibility history and cannot be used');
  const layers = fsLayers.map(({ blobSum }, index) => ({
    mediaType: MediaType.dockerSchema1Layer,
    digest: blobSum,
    size: sizeIn(history[index]?.v1Compatibility),
  }));
  const measured = layers.some(({ size }) => size > 0) ? layers : await measure(layers, place, reader);
  return measured.toReversed();
}

async function measure(
  layers: readonly Descriptor[],
  place: RemoteRepository,
  reader: ContentReader,
): Promise<readonly Descriptor[]> {
  const distinct = [...new Set(layers.map(({ digest }) => digest))];
  const sizes = await Promise.all(
    distinct.map(async (digest): Promise<[Digest, number]> => [digest, await reader.layerSize(place, digest)]),
  );
  const sizeOf = new Map(sizes);
  return layers.map((layer) => ({ ...layer, size: sizeOf.get(layer.digest) ?? 0 }));
}

function sizeIn(v1Compatibility: string | undefined): number {
  try {
    const entry: unknown = JSON.parse(v1Compatibility ?? '');
    const size = typeof entry === 'object' && entry !== null && 'Size' in entry ? entry.Size : 0;
    return typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? size : 0;
  } catch {
    return 0;
  }
}
