import { TagHistory, type TagCondition, type TagItem, type TagReference, type TagState } from '#lib/events';

/**
 * A tag as the read models keep it: its wish, the newest part of its history, and its conditions.
 *
 * Stored as two JSON texts in the form in which the API shows them, so that a stream is put together from its tags
 * without parsing them, behind the lengths that it takes to put an item in front without parsing the others:
 * `[length of spec: u32][number of items: u32][length of all items with their commas: u32][length of each: u32][spec]
 * [status]`.
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
  const texts = items.map((item) => Buffer.from(JSON.stringify(item)));
  const lengths = Buffer.concat(texts.map(({ length }) => u32(length)));
  const separated = texts.flatMap((text, index) => (index === 0 ? [text] : [COMMA, text]));
  if (texts.length > 0) return join(tag, spec, lengths, separated, conditions);
  const specText = Buffer.from(JSON.stringify(spec));
  const status = Buffer.from(JSON.stringify(statusOf(tag, [], conditions)));
  return Buffer.concat([u32(specText.length), u32(0), u32(0), specText, status]);
}

export function tagTexts(stored: Buffer): TagTexts {
  const { specStart, statusStart: start } = layout(stored);
  return { spec: stored.toString('utf8', specStart, start), status: stored.toString('utf8', start) };
}

/** A tag with nothing but the newest item of its history, which is read without parsing the others. */
export function decodeNewest(tag: string, stored: Buffer): TagState {
  const { count, itemsLength, specStart, statusStart: start } = layout(stored);
  if (count === 0) return toState(decodeTag(stored));
  const itemsStart = start + statusStart(tag).length;
  const newestEnd = itemsStart + stored.readUInt32BE(LENGTHS);
  const conditions = stored.toString('utf8', itemsStart + itemsLength + ITEMS_END.length);
  return {
    spec: JSON.parse(stored.toString('utf8', specStart, start)) as TagReference | null,
    history: TagHistory.of([JSON.parse(stored.toString('utf8', itemsStart, newestEnd)) as TagItem]),
    conditions: conditions === '}' ? [] : (JSON.parse(`{${conditions.slice(1)}`) as TagDocument).conditions,
  };
}

/** A tag after a change, and what of its history no longer fits in the window. */
export interface Renewed {
  readonly stored: Buffer;
  readonly dropped?: Buffer;
}

/**
 * Stores a tag of which nothing but the newest item, the wish and the conditions changed.
 *
 * @param after - what became of {@link decodeNewest}: two items where one was put in front.
 */
export function renewTag(tag: string, stored: Buffer, after: TagState, window: number): Renewed {
  const { count, itemsLength, specStart, statusStart: start } = layout(stored);
  const { spec, history, conditions } = after;
  if (count === 0) return { stored: encodeTag(tag, { spec, items: history.toArray(), conditions }) };

  const newest = Buffer.from(JSON.stringify(history.head));
  const isAppended = history.length === 2;
  const isFull = isAppended && count >= window;
  const itemsStart = start + statusStart(tag).length;
  const itemsEnd = itemsStart + itemsLength;
  const lastStart = isFull ? itemsEnd - stored.readUInt32BE(specStart - 4) : itemsEnd;
  const olderStart = isAppended ? itemsStart : itemsStart + stored.readUInt32BE(LENGTHS) + COMMA.length;
  const olderEnd = isFull ? lastStart - COMMA.length : itemsEnd;
  const olderLengths = stored.subarray(isAppended ? LENGTHS : LENGTHS + 4, isFull ? specStart - 4 : specStart);
  const lengths = Buffer.concat([u32(newest.length), olderLengths]);
  const items = olderEnd > olderStart ? [newest, COMMA, stored.subarray(olderStart, olderEnd)] : [newest];
  return {
    stored: join(tag, spec, lengths, items, conditions),
    ...(isFull && { dropped: Buffer.from(stored.subarray(lastStart, itemsEnd)) }),
  };
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

const COMMA = Buffer.from(',');
const ITEMS_END = Buffer.from(']');

const statusStart = (tag: string): Buffer => Buffer.from(`{"tag":${JSON.stringify(tag)},"items":[`);

const statusEnd = (conditions: readonly TagCondition[]): Buffer =>
  Buffer.from(conditions.length === 0 ? ']}' : `],"conditions":${JSON.stringify(conditions)}}`);

function join(
  tag: string,
  spec: TagReference | null,
  lengths: Buffer,
  items: readonly Buffer[],
  conditions: readonly TagCondition[],
): Buffer {
  const specText = Buffer.from(JSON.stringify(spec));
  const itemsLength = items.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([
    ...[u32(specText.length), u32(lengths.length / 4), u32(itemsLength), lengths],
    ...[specText, statusStart(tag), ...items, statusEnd(conditions)],
  ]);
}

/** Where the lengths of the items begin. */
const LENGTHS = 12;

function layout(stored: Buffer) {
  const count = stored.readUInt32BE(4);
  const specStart = LENGTHS + 4 * count;
  return {
    ...{ count, specStart },
    itemsLength: stored.readUInt32BE(8),
    statusStart: specStart + stored.readUInt32BE(0),
  };
}

function u32(number: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
