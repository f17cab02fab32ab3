import type { UserMetadata } from '../image-stream/values.js';
import type { ImageEvent } from './events.js';
import type { ImageContent } from './values.js';

export interface ImageState {
  readonly name: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  /** Since when the image is to go; its finalizers hold it. */
  readonly deletionTimestamp?: string;
  readonly metadata: UserMetadata;
  readonly content: ImageContent;
}

/**
 * What an event means for an image; the decider and the read models fold with it.
 *
 * @returns `undefined` once the image is deleted.
 */
export function foldImage(image: ImageState | undefined, event: ImageEvent): ImageState | undefined {
  if (event.type === 'ImageImported') {
    const { name, uid, creationTimestamp, metadata, content } = event.data;
    return { name, uid, creationTimestamp, metadata, content };
  }
  if (image === undefined) return undefined;
  switch (event.type) {
    case 'ImageMetadataChanged': {
      const { name: _name, ...metadata } = event.data;
      return { ...image, metadata };
    }
    case 'ImageContentAmended':
      return { ...image, content: event.data.content };
    case 'ImageDeletionRequested':
      return { ...image, deletionTimestamp: event.data.deletionTimestamp };
    case 'ImageDeleted':
      return undefined;
  }
}
