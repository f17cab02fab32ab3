import { Map as PersistentMap } from 'immutable';
import {
  ABSENT_TAG,
  foldDeclared,
  foldHeader,
  foldImage,
  foldNamespace,
  foldSignatures,
  foldTag,
  isAbsent,
  isDeclared,
  parseStreamName,
  streamName,
  tagOf,
  type DeclaredEvent,
  type DeclaredKind,
  type DeclaredState,
  type ImageEvent,
  type ImageSignaturesEvent,
  type ImageState,
  type ImageStreamEvent,
  type NamespaceEvent,
  type NamespaceState,
  type Position,
  type RecordedEvent,
  type SignaturesState,
  type StreamHeader,
  type StreamName,
  type TagState,
} from '#lib/events';

/** Something that clients watch, built from one or more aggregates. */
export type SubjectKind = 'imageStream' | 'image' | 'namespace' | DeclaredKind;

export interface Subject {
  readonly kind: SubjectKind;
  /** `namespace/name` of what is in a namespace, else the name. */
  readonly id: string;
}

/** A whole stream as of one event. */
export interface StreamSnapshot {
  readonly kind: 'imageStream';
  readonly header: StreamHeader | undefined;
  readonly tags: PersistentMap<string, TagState>;
  readonly version: Position;
}

export interface ImageSnapshot {
  readonly kind: 'image';
  readonly image: ImageState | undefined;
  readonly signatures: SignaturesState;
  readonly version: Position;
}

export interface NamespaceSnapshot {
  readonly kind: 'namespace';
  readonly namespace: NamespaceState | undefined;
  readonly version: Position;
}

export interface DeclaredSnapshot {
  readonly kind: DeclaredKind;
  readonly object: DeclaredState | undefined;
  readonly version: Position;
}

export type Snapshot = StreamSnapshot | ImageSnapshot | NamespaceSnapshot | DeclaredSnapshot;

/** The subject whose looks an event changes; `undefined` for events that nobody can watch. */
export function subjectOf(stream: StreamName): Subject | undefined {
  const { aggregate, id } = parseStreamName(stream);
  if (isDeclared(aggregate)) return { kind: aggregate, id };
  switch (aggregate) {
    case 'imageStream':
    case 'namespace':
      return { kind: aggregate, id };
    case 'image':
    case 'imageSignatures':
      return { kind: 'image', id };
    case 'imageStreamImport':
      return undefined;
  }
}

/** The streams of the event store that a subject is folded from. */
export function streamsOf({ kind, id }: Subject): readonly StreamName[] {
  return kind === 'image' ? [streamName.image(id), streamName.imageSignatures(id)] : [`${kind}-${id}` as StreamName];
}

export function emptySnapshot(kind: SubjectKind): Snapshot {
  if (isDeclared(kind)) return { kind, object: undefined, version: 0 };
  switch (kind) {
    case 'imageStream':
      return { kind, header: undefined, tags: PersistentMap(), version: 0 };
    case 'image':
      return { kind, image: undefined, signatures: [], version: 0 };
    case 'namespace':
      return { kind, namespace: undefined, version: 0 };
  }
}

/** The subject after an event. */
export function foldSnapshot(snapshot: Snapshot, event: RecordedEvent): Snapshot {
  const version = event.position;
  if ('object' in snapshot) {
    return { ...snapshot, object: foldDeclared(snapshot.object, event as RecordedEvent & DeclaredEvent), version };
  }
  switch (snapshot.kind) {
    case 'imageStream':
      return foldStream(snapshot, event as RecordedEvent & ImageStreamEvent);
    case 'image': {
      if (parseStreamName(event.stream).aggregate === 'imageSignatures') {
        const signatures = foldSignatures(snapshot.signatures, event as RecordedEvent & ImageSignaturesEvent);
        return { ...snapshot, signatures, version };
      }
      const image = foldImage(snapshot.image, event as RecordedEvent & ImageEvent);
      return { ...snapshot, image, signatures: image === undefined ? [] : snapshot.signatures, version };
    }
    case 'namespace':
      return {
        ...snapshot,
        namespace: foldNamespace(snapshot.namespace, event as RecordedEvent & NamespaceEvent),
        version,
      };
  }
}

function foldStream(snapshot: StreamSnapshot, event: RecordedEvent & ImageStreamEvent): StreamSnapshot {
  const version = event.position;
  const header = foldHeader(snapshot.header, event);
  if (header === undefined) return { kind: 'imageStream', header, tags: PersistentMap(), version };
  const tag = tagOf(event);
  if (tag === undefined) return { ...snapshot, header, version };
  const state = foldTag(snapshot.tags.get(tag) ?? ABSENT_TAG, event);
  const tags = isAbsent(state) ? snapshot.tags.delete(tag) : snapshot.tags.set(tag, state);
  return { kind: 'imageStream', header, tags, version };
}
