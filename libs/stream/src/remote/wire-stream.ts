import { Map as PersistentMap } from 'immutable';
import { TagHistory, type StreamHeader, type TagCondition, type TagItem, type TagReference } from '#lib/events';
import { NO_IMAGE_STREAM, tagStateOf, type ImageStream } from '../image-stream.js';

/** A stream, or part of one, as JSON. */
export interface WireStream {
  /** Absent where the stream is not there. */
  readonly header?: StreamHeader;
  readonly tags: readonly WireTag[];
}

interface WireTag {
  readonly name: string;
  readonly spec: TagReference | null;
  /** The newest ones. */
  readonly items: readonly TagItem[];
  readonly conditions: readonly TagCondition[];
}

/** Which tags of a stream are told of: each with so many items. */
export interface Shown {
  readonly tags: 'all' | readonly string[];
  readonly items: number;
}

export function wireStream(stream: ImageStream, shown: Shown): WireStream {
  if (stream.header === undefined) return { tags: [] };
  const names = shown.tags === 'all' ? stream.tags.keys() : shown.tags.filter((name) => stream.tags.has(name));
  const tags = [...names].map((name) => {
    const { spec, history, conditions } = tagStateOf(stream, name);
    return { name, spec, items: history.toArray(shown.items), conditions };
  });
  return { header: stream.header, tags };
}

/** The stream to look at. It is no ground for decisions: which tags track which is left out. */
export function streamOfWire({ header, tags }: WireStream): ImageStream {
  if (header === undefined) return NO_IMAGE_STREAM;
  const states = tags.map(
    ({ name, spec, items, conditions }) => [name, { spec, history: TagHistory.of(items), conditions }] as const,
  );
  return { header, tags: PersistentMap(states), trackers: PersistentMap() };
}
