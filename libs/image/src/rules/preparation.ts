import type { ImageContent, UserMetadata } from '#lib/events';
import { completeImage } from '../image-metadata/complete-image.js';

/** An image as it is about to be stored. */
export interface ImageBody {
  readonly metadata: UserMetadata;
  readonly content: ImageContent;
}

/** Annotation that says that the registry keeps manifest and configuration as blobs. */
export const MANIFEST_BLOB_STORED_ANNOTATION = 'image.openshift.io/manifestBlobStored';

/**
 * Makes an image ready to be stored: completes it from its manifest, and drops manifest and configuration where the
 * registry keeps them. A manifest that cannot be read is stored as it was sent.
 *
 * @param now - `Created` of a manifest list.
 */
export function prepareImage({ name, metadata, content }: ImageBody & { readonly name: string }, now: Date): ImageBody {
  const { annotations } = metadata;
  const { image } = completeImage({ ...content, metadata: { name, annotations } }, now);
  const { metadata: completed, ...body } = image;
  return {
    metadata: { ...metadata, annotations: completed?.annotations ?? annotations },
    content: withoutEmpty(isBlobStored(metadata) ? { ...body, dockerImageManifest: '', dockerImageConfig: '' } : body),
  };
}

const isBlobStored = ({ annotations }: UserMetadata): boolean =>
  annotations[MANIFEST_BLOB_STORED_ANNOTATION] === 'true';

/** Empty texts and lists mean the same as absent ones, so they are stored as such and never count as a change. */
function withoutEmpty(content: ImageContent): ImageContent {
  return Object.fromEntries(
    Object.entries(content).filter(([, value]) => value !== undefined && value !== '' && !isEmptyList(value)),
  );
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
