import { prepareImage } from '#lib/image';
import { byteQuantity, forbidden, type Quantity } from '#lib/kube-api';
import { inGroup } from '../refusal-status.js';
import type { EmbeddedImage } from '../schema/types.js';
import { contentOf } from './image-content.js';
import { userMetadata } from './user-metadata.js';

/**
 * Holds an image that is pushed to the limits of its namespace. Its size is what its manifest says, or else its writer.
 *
 * @throws ApiError 403 with the text that registries look for.
 */
export function assertImageSize(mapping: string, image: EmbeddedImage, limits: readonly Quantity[]): void {
  if (limits.length === 0) return;
  const size = byteQuantity(sizeOf(image));
  const exceeded = limits.find(({ nanos }) => nanos < size.nanos);
  if (exceeded === undefined) return;
  const why =
    'requested usage of storage exceeds the maximum limit per openshift.io/Image ' +
    `(${size.text} > ${exceeded.text})`;
  throw forbidden(inGroup('imagestreammappings'), mapping, why);
}

function sizeOf(image: EmbeddedImage): number {
  const { name = '' } = image.metadata;
  const body = { name, metadata: userMetadata(image.metadata), content: contentOf(image) };
  const { dockerImageMetadata } = prepareImage(body, new Date()).content;
  const size = (dockerImageMetadata as { readonly Size?: unknown } | undefined)?.Size;
  return typeof size === 'number' && Number.isFinite(size) ? size : 0;
}
