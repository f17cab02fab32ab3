import type { ImageContent, UserMetadata } from '#lib/events';

/** Make an image known. */
export interface RegisterImage {
  readonly type: 'RegisterImage';
  readonly name: string;
  /** Uid that the image gets if it is new. */
  readonly uid: string;
  readonly now: Date;
  readonly origin: 'push' | 'import' | 'create';
  readonly metadata: UserMetadata;
  readonly content: ImageContent;
  /** What to do when the image is known already: pushes and imports `keep` it as it is. */
  readonly existing: 'refuse' | 'keep';
}

/** Write an image as a whole. What makes up its identity stays as it is, silently. */
export interface ReviseImage {
  readonly type: 'ReviseImage';
  readonly name: string;
  readonly now: Date;
  readonly metadata: UserMetadata;
  readonly content: ImageContent;
}

export interface DeleteImage {
  readonly type: 'DeleteImage';
  readonly name: string;
  readonly now: Date;
  /** Delete only the image with this uid. */
  readonly uid?: string;
}

export type ImageCommand = RegisterImage | ReviseImage | DeleteImage;
