import type { StreamHeader, TagState } from '#lib/events';
import {
  encodeTag,
  shown,
  tagTexts,
  toGo,
  type StoredTag,
  type StreamSnapshot,
  type StreamView,
  type TagTexts,
} from '#lib/read-model';
import type { ObjectMeta } from '../schema/types.js';

/** A stream from which the API's objects are made: stored in the read model, or folded from the log for a watch. */
export interface StreamSource {
  readonly header: StreamHeader;
  readonly version: number;
  /** Sorted by name. */
  readonly tags: () => readonly StoredTag[];
}

export const fromView = ({ header, version, tags }: StreamView): StreamSource => ({
  header,
  version,
  tags: () => tags,
});

/** Texts of a folded tag; a tag that a change left alone is the same object as before, and not printed again. */
const printed = new WeakMap<TagState, TagTexts>();

/**
 * @param window - how many items of a tag's history to show.
 * @returns `undefined` for a stream that is not there.
 */
export function fromSnapshot({ header, version, tags }: StreamSnapshot, window: number): StreamSource | undefined {
  if (header === undefined) return undefined;
  return {
    header,
    version,
    tags: () =>
      [...tags.entries()]
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([tag, state]) => ({ tag, texts: textsOf(tag, state, window) })),
  };
}

function textsOf(tag: string, state: TagState, window: number): TagTexts {
  let texts = printed.get(state);
  if (texts === undefined) {
    texts = tagTexts(encodeTag(tag, { ...state, items: state.history.toArray(window) }));
    printed.set(state, texts);
  }
  return texts;
}

/** Metadata of the ImageStream resource. */
export function streamMetadata({
  header,
  version,
}: Pick<StreamSource, 'header' | 'version'>): ObjectMeta & { name: string } {
  const { name, namespace, uid, generation, creationTimestamp, deletionTimestamp, metadata } = header;
  return {
    name,
    namespace,
    uid,
    resourceVersion: `${version}`,
    generation,
    creationTimestamp,
    ...toGo(deletionTimestamp),
    ...(shown(metadata) as ObjectMeta),
  };
}
