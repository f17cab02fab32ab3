import type { ObjectReference, TagItem } from '#lib/events';

/** A tag or an image of a stream that a spec tag names. */
export interface TagSource {
  readonly kind: 'ImageStreamTag' | 'ImageStreamImage';
  readonly namespace: string;
  readonly stream: string;
  /** Tag name, or (a prefix of) an image's name. */
  readonly id: string;
}

/** What looking a source up gave. */
export type SourceAnswer =
  | { readonly kind: 'found'; readonly item: TagItem }
  /** The tag has no image yet, which is no error: nothing happens now. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'stream-not-found' }
  | { readonly kind: 'image-not-found' }
  | { readonly kind: 'ambiguous'; readonly images: readonly string[] }
  /** The caller may not pull from the other namespace's stream. */
  | { readonly kind: 'forbidden'; readonly reason: string };

/** Answers by {@link sourceKey}. */
export type Sources = ReadonlyMap<string, SourceAnswer>;

export const NO_SOURCES: Sources = new Map();

export const sourceKey = ({ kind, namespace, stream, id }: TagSource): string => `${kind} ${namespace}/${stream} ${id}`;

/** The decision needs to know more about other streams. Look these up and decide again. */
export class SourcesNeeded extends Error {
  constructor(readonly sources: readonly TagSource[]) {
    super(`${sources.length} tag sources have to be looked up first`);
    this.name = 'SourcesNeeded';
  }
}

export const MALFORMED_SOURCE = 'must be of the form <tag>, <repo>:<tag>, <id>, or <repo>@<id>';

/**
 * Reads `from` as a tag or image of a stream. A name without a stream part means the stream that the reference stands
 * in.
 *
 * @returns `undefined` for other kinds and for names that do not have the form.
 */
export function parseTagSource(from: ObjectReference, own: { namespace: string; name: string }): TagSource | undefined {
  const { kind, name = '' } = from;
  if (kind !== 'ImageStreamTag' && kind !== 'ImageStreamImage') return undefined;
  const parts = name.split(kind === 'ImageStreamTag' ? ':' : '@');
  if (parts.length > 2) return undefined;
  const [stream, id] = parts.length === 1 ? [own.name, name] : [parts[0] ?? '', parts[1] ?? ''];
  return { kind, namespace: from.namespace || own.namespace, stream, id };
}
