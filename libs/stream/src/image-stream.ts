import { Map as PersistentMap, Set as PersistentSet } from 'immutable';
import {
  ABSENT_TAG,
  foldHeader,
  foldTag,
  isAbsent,
  tagOf,
  type ImageStreamEvent,
  type StreamHeader,
  type TagReference,
  type TagState,
} from '#lib/events';
import { StreamUsage } from './stream-usage.js';

/** An image stream as its decider sees it. Immutable: a decision may look ahead without a trace. */
export interface ImageStream {
  /** `undefined` before the stream is created and after it is deleted. */
  readonly header: StreamHeader | undefined;
  readonly tags: PersistentMap<string, TagState>;
  /** By tag: the tags of this stream that track it. Kept, so that a push need not look at every tag. */
  readonly trackers: PersistentMap<string, PersistentSet<string>>;
}

export const NO_IMAGE_STREAM: ImageStream = { header: undefined, tags: PersistentMap(), trackers: PersistentMap() };

export const tagStateOf = ({ tags }: ImageStream, tag: string): TagState => tags.get(tag) ?? ABSENT_TAG;

export function evolve(stream: ImageStream, event: ImageStreamEvent): ImageStream {
  const header = foldHeader(stream.header, event);
  if (header === undefined) return NO_IMAGE_STREAM;
  const tag = tagOf(event);
  if (tag === undefined) {
    const next = { ...stream, header };
    carryUsage(stream, next, (usage) => usage);
    return next;
  }
  const before = tagStateOf(stream, tag);
  const after = foldTag(before, event);
  const next: ImageStream = {
    header,
    tags: isAbsent(after) ? stream.tags.delete(tag) : stream.tags.set(tag, after),
    trackers: before.spec === after.spec ? stream.trackers : retrack(stream.trackers, tag, header, before, after),
  };
  carryUsage(stream, next, (usage) => usage.after(event, header, before, after));
  return next;
}

/** Counted only for streams whose namespace has limits, and there only once: what follows is carried along. */
const usages = new WeakMap<ImageStream, StreamUsage>();

/** What a stream takes of the limits of its namespace. */
export function usageOf(stream: ImageStream): StreamUsage {
  let usage = usages.get(stream);
  if (usage === undefined) {
    const { header, tags } = stream;
    usage = header === undefined ? StreamUsage.none : StreamUsage.of(header, tags.values());
    usages.set(stream, usage);
  }
  return usage;
}

function carryUsage(from: ImageStream, to: ImageStream, change: (usage: StreamUsage) => StreamUsage): void {
  const usage = usages.get(from);
  if (usage !== undefined) usages.set(to, change(usage));
}

/**
 * The tag of its own stream that a spec tag tracks: one of kind ImageStreamTag that names `<tag>` or `<own>:<tag>` of
 * this very stream. Tags that refer to other streams are resolved once and do not follow.
 */
export function trackedTag(
  reference: TagReference | null,
  own: { readonly namespace: string; readonly name: string },
): string | undefined {
  const from = reference?.from;
  if (from?.kind !== 'ImageStreamTag' || (from.namespace && from.namespace !== own.namespace)) return undefined;
  const name = from.name ?? '';
  const tag = name.startsWith(`${own.name}:`) ? name.slice(own.name.length + 1) : name;
  return tag === '' || tag.includes(':') ? undefined : tag;
}

function retrack(
  trackers: ImageStream['trackers'],
  tag: string,
  header: StreamHeader,
  before: TagState,
  after: TagState,
): ImageStream['trackers'] {
  const left = trackedTag(before.spec, header);
  const joined = trackedTag(after.spec, header);
  if (left === joined) return trackers;
  let result = trackers;
  if (left !== undefined) {
    const others = trackersOf(result, left).delete(tag);
    result = others.isEmpty() ? result.delete(left) : result.set(left, others);
  }
  if (joined !== undefined) result = result.set(joined, trackersOf(result, joined).add(tag));
  return result;
}

const trackersOf = (trackers: ImageStream['trackers'], tag: string): PersistentSet<string> =>
  trackers.get(tag) ?? PersistentSet();
