import type { DomainEvent } from '../event.js';
import type { UserMetadata } from '../image-stream/values.js';
import type { ImageContent } from './values.js';

/** An image became known: pushed through a registry, fetched by an import, or created by a client. */
export type ImageImported = DomainEvent<
  'ImageImported',
  {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly origin: 'push' | 'import' | 'create';
    readonly metadata: UserMetadata;
    readonly content: ImageContent;
  }
>;

export type ImageMetadataChanged = DomainEvent<'ImageMetadataChanged', UserMetadata & { readonly name: string }>;

/** One of the few parts of an image that are not its identity was changed, such as the reference it came from. */
export type ImageContentAmended = DomainEvent<
  'ImageContentAmended',
  { readonly name: string; readonly content: ImageContent }
>;

/** The image is to go once those who hold it by its finalizers have let go. */
export type ImageDeletionRequested = DomainEvent<
  'ImageDeletionRequested',
  { readonly name: string; readonly deletionTimestamp: string }
>;

export type ImageDeleted = DomainEvent<'ImageDeleted', { readonly name: string; readonly uid: string }>;

export type ImageEvent =
  ImageImported | ImageMetadataChanged | ImageContentAmended | ImageDeletionRequested | ImageDeleted;
