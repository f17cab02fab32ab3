import { TagHistory, type TagCondition, type TagItem, type TagReference, type TagState } from '#lib/events';

/**
 * A tag as the read models keep it: its wish, the newest part of its history, and its conditions.
 *
 * Stored as two JSON texts in the form in which the API shows them, so that a stream is put together from its tags
 * without parsing them: `[length of spec: u32][spec][status]`.
 */
export interface TagDocument {
  readonly spec: TagReference | null;
  /** Newest first, at most as many as the history window. */
  readonly items: readonly TagItem[];
  readonly conditions: readonly TagCondition[];
}

/** The API's view of a tag's status: one entry of `status.tags`. */
export interface NamedTagEventList {
  readonly tag: string;
  readonly items: readonly TagItem[] | null;
  readonly conditions?: readonly TagCondition[];
}

/** The two texts of a stored tag, unparsed. `null` where the tag has no spec or no status. */
export interface TagTexts {
  readonly spec: string;
  readonly status: string;
}

export function encodeTag(tag: string, { spec, items, conditions }: TagDocument): Buffer {
  const specText = Buffer.from(JSON.stringify(spec));
  const statusText = Buffer.from(JSON.stringify(statusOf(tag, items, conditions)));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(specText.length);
  return Buffer.concat([length, specText, statusText]);
}

export function tagTexts(stored: Buffer): TagTexts {
  const end = 4 + stored.readUInt32BE(0);
  return { spec: stored.toString('utf8', 4, end), status: stored.toString('utf8', end) };
}

export const decodeTag = (stored: Buffer): TagDocument => decodeTexts(tagTexts(stored));

export function decodeTexts(texts: TagTexts): TagDocument {
  const status = JSON.parse(texts.status) as NamedTagEventList | null;
  return {
    spec: JSON.parse(texts.spec) as TagReference | null,
    items: status?.items ?? [],
    conditions: status?.conditions ?? [],
  };
}

/** A tag's status as the API shows it; `null` for a tag that is only wanted. */
export function statusOf(
  tag: string,
  items: readonly TagItem[],
  conditions: readonly TagCondition[],
): NamedTagEventList | null {
  if (items.length === 0 && conditions.length === 0) return null;
  return { tag, items: items.length === 0 ? null : items, ...(conditions.length === 0 ? {} : { conditions }) };
}

export const toState = ({ spec, items, conditions }: TagDocument): TagState => ({
  spec,
  history: TagHistory.of(items),
  conditions,
});
