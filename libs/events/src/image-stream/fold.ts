import type { ImageStreamCreated, ImageStreamEvent, TagMoved } from './events.js';
import { TagHistory } from './tag-history.js';
import type { TagCondition, TagReference, UserMetadata } from './values.js';

/** Everything of a stream but its tags. */
export interface StreamHeader {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  readonly generation: number;
  readonly metadata: UserMetadata;
  readonly lookupPolicy: { readonly local: boolean };
  readonly dockerImageRepository: string;
  /** Since when the stream is to go; its finalizers hold it. */
  readonly deletionTimestamp?: string;
}

/** One tag of a stream: what is wanted, what it was and is, and why it is not what is wanted. */
export interface TagState {
  readonly spec: TagReference | null;
  readonly history: TagHistory;
  readonly conditions: readonly TagCondition[];
}

export const ABSENT_TAG: TagState = { spec: null, history: TagHistory.empty, conditions: [] };

/** Annotation that says when an import last wrote the stream. */
export const REPOSITORY_CHECK_ANNOTATION = 'openshift.io/image.dockerRepositoryCheck';

/** Whether nothing is left of a tag, so that it is no longer part of its stream. */
export const isAbsent = (tag: TagState): boolean =>
  tag.spec === null && tag.history.length === 0 && tag.conditions.length === 0;

/** The tag that an event is about; `undefined` for events about the stream as a whole. */
export const tagOf = (event: ImageStreamEvent): string | undefined =>
  'tag' in event.data ? event.data.tag : undefined;

/** Whether an event moves a tag to an image, or confirms the one it has. */
export const isTagMoved = (event: ImageStreamEvent): event is TagMoved =>
  event.type === 'TagPushed' ||
  event.type === 'TagResolved' ||
  event.type === 'TagImported' ||
  event.type === 'TagFollowed';

/**
 * What an event means for the stream as a whole. The one home of that meaning: the stream's decider and the read models
 * both fold with it.
 *
 * @returns `undefined` once the stream is deleted.
 */
export function foldHeader(header: StreamHeader | undefined, event: ImageStreamEvent): StreamHeader | undefined {
  if (event.type === 'ImageStreamCreated') return headerOf(event);
  if (header === undefined) return undefined;
  switch (event.type) {
    case 'ImageStreamMetadataChanged':
      return { ...header, metadata: event.data };
    case 'LookupPolicyChanged':
      return { ...header, lookupPolicy: { local: event.data.local }, generation: event.data.streamGeneration };
    case 'SourceRepositoryChanged':
      return {
        ...header,
        dockerImageRepository: event.data.dockerImageRepository,
        generation: event.data.streamGeneration,
      };
    case 'TagSpecified':
    case 'TagSpecRemoved':
    case 'TagDeleted':
      return { ...header, generation: event.data.streamGeneration };
    case 'RepositoryChecked':
      return withAnnotation(header, REPOSITORY_CHECK_ANNOTATION, event.data.time);
    case 'ImageStreamDeletionRequested':
      return { ...header, deletionTimestamp: event.data.deletionTimestamp };
    case 'ImageStreamDeleted':
      return undefined;
    case 'TagPushed':
    case 'TagResolved':
    case 'TagImported':
    case 'TagFollowed':
    case 'TagImportFailed':
    case 'TagHistoryPruned':
    case 'TagStatusReplaced':
      return header;
  }
}

/** What an event means for the tag that it names; see {@link tagOf}. */
export function foldTag(tag: TagState, event: ImageStreamEvent): TagState {
  switch (event.type) {
    case 'TagSpecified':
      return { ...tag, spec: event.data.reference };
    case 'TagSpecRemoved':
      return { ...tag, spec: null };
    case 'TagPushed':
    case 'TagResolved':
    case 'TagImported':
    case 'TagFollowed':
      return { ...tag, history: moved(tag.history, event), conditions: [] };
    case 'TagImportFailed':
      return { ...tag, conditions: [event.data.condition] };
    case 'TagDeleted':
      return ABSENT_TAG;
    case 'TagHistoryPruned':
      return { ...tag, history: tag.history.without(event.data.removed) };
    case 'TagStatusReplaced':
      return { ...tag, history: TagHistory.of(event.data.items), conditions: event.data.conditions };
    case 'ImageStreamCreated':
    case 'ImageStreamMetadataChanged':
    case 'LookupPolicyChanged':
    case 'SourceRepositoryChanged':
    case 'RepositoryChecked':
    case 'ImageStreamDeletionRequested':
    case 'ImageStreamDeleted':
      return tag;
  }
}

function moved(history: TagHistory, { data }: TagMoved): TagHistory {
  switch (data.move) {
    case 'appended':
      return history.with(data.item);
    case 'headReplaced':
      return history.withHead(data.item);
    case 'unchanged':
      return history;
  }
}

function headerOf({ data }: ImageStreamCreated): StreamHeader {
  const { namespace, name, uid, creationTimestamp, generation, metadata, lookupPolicy, dockerImageRepository } = data;
  return { namespace, name, uid, creationTimestamp, generation, metadata, lookupPolicy, dockerImageRepository };
}

function withAnnotation(header: StreamHeader, key: string, value: string): StreamHeader {
  const { metadata } = header;
  return { ...header, metadata: { ...metadata, annotations: { ...metadata.annotations, [key]: value } } };
}
