import type { ImageLayer } from '#lib/events';
import { LAYER_ORDER_ANNOTATION } from '../image-content.js';
import type { ImageContent } from '../image-content.js';
import type { ManifestContent } from './manifest-content.js';
import { schema1Layers } from './manifest-content.js';
import { OCI_MANIFEST, SCHEMA_1, SCHEMA_1_SIGNED, SCHEMA_2 } from './media-types.js';

/**
 * Puts the layers of an image base first, and says so in its annotation.
 *
 * Where the annotation is missing, the manifest decides: it lists the same layers in a known order. Only layers that are
 * not the manifest's fall back to what old registries sent for each format. (OpenShift goes by the format alone, and so
 * turns the layers round when somebody removes the annotation.)
 */
export function withLayersAscending<I extends ImageContent>(image: I, manifest: ManifestContent): I {
  const layers = image.dockerImageLayers ?? [];
  if (layers.length === 0) return image;
  switch (
    statedOrder(image) ??
    orderByManifest(layers, manifest) ??
    orderByFormat(image.dockerImageManifestMediaType)
  ) {
    case 'ascending':
      return withLayerOrderStated(image);
    case 'descending':
      return withLayerOrderStated({ ...image, dockerImageLayers: layers.toReversed() });
    default:
      return image;
  }
}

/** Adds the annotation that says `ascending`. */
export function withLayerOrderStated<I extends ImageContent>(image: I): I {
  if (statedOrder(image) === 'ascending') return image;
  const annotations = { ...image.metadata?.annotations, [LAYER_ORDER_ANNOTATION]: 'ascending' };
  return { ...image, metadata: { ...image.metadata, annotations } };
}

const statedOrder = (image: ImageContent): string | undefined =>
  image.metadata?.annotations?.[LAYER_ORDER_ANNOTATION] || undefined;

function orderByManifest(layers: readonly ImageLayer[], manifest: ManifestContent): string | undefined {
  const known = manifestLayers(manifest);
  if (known.length !== layers.length) return undefined;
  if (known.every(({ name }, index) => name === layers[index]?.name)) return 'ascending';
  const last = layers.length - 1;
  return known.every(({ name }, index) => name === layers[last - index]?.name) ? 'descending' : undefined;
}

function manifestLayers(manifest: ManifestContent): readonly ImageLayer[] {
  switch (manifest.kind) {
    case 'schema1':
      return schema1Layers(manifest.blobSums, manifest.history);
    case 'schema2':
      return manifest.layers;
    case 'list':
    case 'unrecognized':
      return [];
  }
}

function orderByFormat(mediaType: string | undefined): string | undefined {
  switch (mediaType) {
    case SCHEMA_1:
    case SCHEMA_1_SIGNED:
      return 'ascending';
    case SCHEMA_2:
    case OCI_MANIFEST:
      return 'descending';
    default:
      return undefined;
  }
}
