import type {
  ImageStreamEvent,
  ObjectReference,
  TagCondition,
  TagImportPolicy,
  TagItem,
  TagReference,
  TagReferencePolicy,
  UserMetadata,
} from '#lib/events';
import type { Bounds } from './namespace-bounds.js';
import type { Sources } from './rules/tag-sources.js';

/** What a writer wants of a stream's spec as a whole. Of two tags with one name the last counts. */
export interface DesiredSpec {
  readonly lookupPolicy: { readonly local: boolean };
  readonly dockerImageRepository: string;
  readonly tags: readonly TagReference[];
}

/** What a stream gets when a command brings it into being. */
export interface Creation {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

interface Common {
  /** When the command is decided; the deciders have no clock. */
  readonly now: Date;
  /** What the spec tags that name other streams lead to, as far as it has been looked up. */
  readonly sources: Sources;
}

export interface CreateStream extends Common {
  readonly type: 'CreateStream';
  readonly creation: Creation;
  readonly metadata: UserMetadata;
  readonly spec: DesiredSpec;
}

export interface UpdateStream extends Common {
  readonly type: 'UpdateStream';
  readonly name: string;
  readonly metadata: UserMetadata;
  readonly spec: DesiredSpec;
}

/** Write one spec tag; a missing stream is created with it. */
export interface SpecifyTag extends Common {
  readonly type: 'SpecifyTag';
  readonly creation: Creation;
  readonly tag: string;
  /** `null`: nothing is specified, but a missing stream is still created. */
  readonly reference: TagReference | null;
  /** What to do when the tag is specified already. */
  readonly existing: 'refuse' | 'replace';
}

/** Withdraw the wish for a tag; its history stays. */
export interface RemoveTagSpec extends Common {
  readonly type: 'RemoveTagSpec';
  readonly name: string;
  readonly tag: string;
}

/** Remove a tag with its history. */
export interface DeleteTag {
  readonly type: 'DeleteTag';
  readonly name: string;
  readonly tag: string;
}

/** Move a tag to an image that was registered. */
export interface PushTag {
  readonly type: 'PushTag';
  readonly name: string;
  readonly tag: string;
  readonly image: string;
  readonly dockerImageReference: string;
  /** Record the image under the stream's own repository where that is known. */
  readonly ownRepository: boolean;
  readonly now: Date;
}

/** What became of one image of an import. */
export type ImportResult =
  | { readonly kind: 'success'; readonly image: string; readonly dockerImageReference: string }
  | { readonly kind: 'failure'; readonly reason: string; readonly message: string };

export interface ImportedTag {
  readonly tag: string;
  /** Pull spec that the spec tag will name. */
  readonly from: string;
  readonly importPolicy: TagImportPolicy;
  readonly referencePolicy: TagReferencePolicy;
  /** A failure writes the spec tag too; for the tags of a repository it does not. */
  readonly specifyOnFailure: boolean;
  readonly result: ImportResult;
}

/** Write what an import found; a missing stream is created. */
export interface ApplyImport extends Common {
  readonly type: 'ApplyImport';
  readonly creation: Creation;
  /** Metadata for a stream that the import creates. */
  readonly importUid: string;
  readonly tags: readonly ImportedTag[];
}

/** Say of tags that show nothing yet why what an import found for them could not be taken. */
export interface RefuseImportedTags {
  readonly type: 'RefuseImportedTags';
  readonly name: string;
  readonly importUid: string;
  readonly tags: readonly string[];
  readonly reason: string;
  readonly message: string;
  readonly now: Date;
}

/** A tag's status as a client wrote it. */
export interface WrittenTagStatus {
  readonly tag: string;
  readonly items: readonly TagItem[];
  readonly conditions: readonly TagCondition[];
}

/** Write the status as a whole, as the prune command does. */
export interface ReplaceStatus {
  readonly type: 'ReplaceStatus';
  readonly name: string;
  readonly metadata: UserMetadata;
  readonly tags: readonly WrittenTagStatus[];
  /** How many items of each tag the client could see; what lies beyond is kept. */
  readonly window: number;
}

export interface DeleteStream {
  readonly type: 'DeleteStream';
  readonly name: string;
  readonly now: Date;
  /** Delete only the stream with this uid. */
  readonly uid?: string;
}

export type ImageStreamCommand = (
  | CreateStream
  | UpdateStream
  | SpecifyTag
  | RemoveTagSpec
  | DeleteTag
  | PushTag
  | RefuseImportedTags
  | ApplyImport
  | ReplaceStatus
  | DeleteStream
) & {
  /** What the namespace allows; without, everything. */
  readonly bounds?: Bounds;
};

export type { ImageStreamEvent, ObjectReference };
