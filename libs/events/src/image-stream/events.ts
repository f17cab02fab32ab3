import type { DomainEvent } from '../event.js';
import type { ObjectReference, TagCondition, TagItem, TagReference, UserMetadata } from './values.js';

/**
 * How a tag's history took in an item: a new entry before the others, the newest entry replaced where it stands, or
 * nothing new (the same image by the same reference and wish).
 */
export type HistoryMove = 'appended' | 'headReplaced' | 'unchanged';

interface TagMove {
  readonly tag: string;
  readonly item: TagItem;
  readonly move: HistoryMove;
  /** The image that the tag showed before, if any: a reader of this event alone sees the step. */
  readonly previousImage?: string;
}

export type ImageStreamCreated = DomainEvent<
  'ImageStreamCreated',
  {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly metadata: UserMetadata;
    readonly lookupPolicy: { readonly local: boolean };
    readonly dockerImageRepository: string;
    readonly generation: number;
  }
>;

export type ImageStreamMetadataChanged = DomainEvent<'ImageStreamMetadataChanged', UserMetadata>;

export type LookupPolicyChanged = DomainEvent<
  'LookupPolicyChanged',
  { readonly local: boolean; readonly streamGeneration: number }
>;

export type SourceRepositoryChanged = DomainEvent<
  'SourceRepositoryChanged',
  { readonly dockerImageRepository: string; readonly streamGeneration: number }
>;

/** Somebody asked for a tag to be what `reference` says. */
export type TagSpecified = DomainEvent<
  'TagSpecified',
  { readonly tag: string; readonly reference: TagReference; readonly streamGeneration: number }
>;

/** The wish for a tag was withdrawn; its history stays. */
export type TagSpecRemoved = DomainEvent<'TagSpecRemoved', { readonly tag: string; readonly streamGeneration: number }>;

/** A registry or a script registered an image and moved the tag to it. */
export type TagPushed = DomainEvent<'TagPushed', TagMove>;

/** A spec tag that names another tag or an image of a stream was resolved. */
export type TagResolved = DomainEvent<'TagResolved', TagMove & { readonly from: ObjectReference }>;

/** An import from a remote registry delivered the tag's image. */
export type TagImported = DomainEvent<'TagImported', TagMove & { readonly importUid?: string }>;

/** A tag that tracks another tag of its stream took over that tag's image. */
export type TagFollowed = DomainEvent<'TagFollowed', TagMove & { readonly followed: string }>;

export type TagImportFailed = DomainEvent<
  'TagImportFailed',
  { readonly tag: string; readonly condition: TagCondition; readonly importUid?: string }
>;

/** The tag is gone: wish and history. The log keeps both. */
export type TagDeleted = DomainEvent<
  'TagDeleted',
  { readonly tag: string; readonly streamGeneration: number; readonly previousImage?: string }
>;

/** Entries were taken out of a tag's history (what `oc adm prune images` does). */
export type TagHistoryPruned = DomainEvent<
  'TagHistoryPruned',
  { readonly tag: string; readonly removed: readonly TagItem[] }
>;

/** A client wrote a tag's status as a whole. */
export type TagStatusReplaced = DomainEvent<
  'TagStatusReplaced',
  {
    readonly tag: string;
    readonly items: readonly TagItem[];
    readonly conditions: readonly TagCondition[];
    readonly previousImage?: string;
  }
>;

/** An import wrote the stream; shown as annotation `openshift.io/image.dockerRepositoryCheck`. */
export type RepositoryChecked = DomainEvent<'RepositoryChecked', { readonly time: string }>;

/** The stream is to go once those who hold it by its finalizers have let go. */
export type ImageStreamDeletionRequested = DomainEvent<
  'ImageStreamDeletionRequested',
  { readonly deletionTimestamp: string }
>;

export type ImageStreamDeleted = DomainEvent<
  'ImageStreamDeleted',
  { readonly namespace: string; readonly name: string; readonly uid: string }
>;

export type ImageStreamEvent =
  | ImageStreamCreated
  | ImageStreamMetadataChanged
  | LookupPolicyChanged
  | SourceRepositoryChanged
  | TagSpecified
  | TagSpecRemoved
  | TagPushed
  | TagResolved
  | TagImported
  | TagFollowed
  | TagImportFailed
  | TagDeleted
  | TagHistoryPruned
  | TagStatusReplaced
  | RepositoryChecked
  | ImageStreamDeletionRequested
  | ImageStreamDeleted;

/** The events that can change which image a tag shows. */
export type TagMoved = TagPushed | TagResolved | TagImported | TagFollowed;
