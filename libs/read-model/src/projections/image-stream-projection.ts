import {
  ABSENT_TAG,
  foldHeader,
  foldTag,
  isAbsent,
  parseStreamName,
  tagOf,
  TagHistory,
  type ImageStreamEvent,
  type RecordedEvent,
  type TagItem,
  type TagState,
} from '#lib/events';
import { decodeStream, encodeStream } from '../documents/stream-document.js';
import { decodeNewest, decodeTag, encodeTag, renewTag, toState } from '../documents/tag-document.js';
import type { Tables } from '../tables.js';
import type { AnyRecorded, Projection, RowPlace } from './projection.js';

type StreamEvent = RecordedEvent & ImageStreamEvent;

/** Keeps the streams, their tags, and which images are in their histories. */
export class ImageStreamProjection implements Projection {
  /** @param window - how many items of a tag's history are kept with the tag. */
  constructor(private readonly window: number) {}

  apply(event: AnyRecorded, tables: Tables): void {
    const { aggregate, id } = parseStreamName(event.stream);
    if (aggregate !== 'imageStream') return;
    const [namespace, name] = split(id);
    this.applyTo(namespace, name, event as StreamEvent, tables);
  }

  reads(event: AnyRecorded): readonly RowPlace[] {
    const { aggregate, id } = parseStreamName(event.stream);
    if (aggregate !== 'imageStream') return [];
    const key = split(id);
    const tag = tagOf(event as StreamEvent);
    if (tag === undefined) return [['streams', key]];
    const { image = '' } = ('item' in event.data ? event.data.item : undefined) ?? {};
    return [
      ['streams', key],
      ['tags', [...key, tag]],
      ...(image === '' ? [] : [['streamImages', [...key, image, tag]] as const]),
    ];
  }

  private applyTo(namespace: string, name: string, event: StreamEvent, tables: Tables): void {
    const key = [namespace, name];
    const stored = tables.streams.get(key);
    const header = foldHeader(stored && decodeStream(stored).header, event);
    if (header === undefined) {
      for (const table of [tables.tags, tables.olderItems, tables.streamImages]) {
        for (const entry of [...table.under(key)]) table.delete(entry.key);
      }
      tables.streams.delete(key);
      return;
    }
    tables.streams.put(key, encodeStream({ header, version: event.position }));
    const tag = tagOf(event);
    if (tag !== undefined) this.applyToTag(new TagRecord(tables, namespace, name, tag, this.window), event);
  }

  private applyToTag(record: TagRecord, event: StreamEvent): void {
    switch (event.type) {
      case 'TagHistoryPruned':
      case 'TagStatusReplaced':
      case 'TagDeleted':
        return record.rewrite(foldTag(record.whole(), event));
      default:
        return record.renew((before) => foldTag(before, event));
    }
  }
}

/** One tag across the tables that hold parts of it. */
class TagRecord {
  private readonly key: readonly string[];

  constructor(
    private readonly tables: Tables,
    private readonly namespace: string,
    private readonly name: string,
    private readonly tag: string,
    private readonly window: number,
  ) {
    this.key = [namespace, name, tag];
  }

  /** The tag with all of its history. */
  whole(): TagState {
    const stored = this.tables.tags.get(this.key);
    if (stored === undefined) return ABSENT_TAG;
    const { spec, history, conditions } = toState(decodeTag(stored));
    const older = [...this.tables.olderItems.under(this.key, { reverse: true })].map(({ value }) => parseItem(value));
    return { spec, history: TagHistory.of([...history, ...older]), conditions };
  }

  /** Stores what becomes of the tag by an event that touches the newest item at most; the others are not looked at. */
  renew(fold: (before: TagState) => TagState): void {
    const stored = this.tables.tags.get(this.key);
    const before = stored === undefined ? ABSENT_TAG : decodeNewest(this.tag, stored);
    const after = fold(before);
    const removed = before.history.head;
    const added = after.history.head;
    if (removed !== added) {
      if (after.history.length === before.history.length && removed !== undefined) this.count(removed.image, -1);
      if (added !== undefined) this.count(added.image, +1);
    }
    if (stored === undefined || isAbsent(after)) return this.put(after, after.history.toArray());
    const renewed = renewTag(this.tag, stored, after, this.window);
    if (renewed.dropped !== undefined) this.putOlder(renewed.dropped);
    this.tables.tags.put(this.key, renewed.stored);
  }

  /** Stores the tag anew, all of its history included. */
  rewrite(after: TagState): void {
    for (const { image } of this.whole().history) this.count(image, -1);
    for (const { key } of [...this.tables.olderItems.under(this.key)]) this.tables.olderItems.delete(key);
    const items = after.history.toArray();
    for (const { image } of items) this.count(image, +1);
    for (const item of items.splice(this.window).reverse()) this.putOlder(Buffer.from(JSON.stringify(item)));
    this.put(after, items);
  }

  private put(after: TagState, items: readonly TagItem[]): void {
    if (isAbsent(after)) this.tables.tags.delete(this.key);
    else this.tables.tags.put(this.key, encodeTag(this.tag, { ...after, items }));
  }

  private putOlder(item: Buffer): void {
    const [newest] = this.tables.olderItems.under(this.key, { reverse: true, limit: 1 });
    const number = newest === undefined ? 0 : (newest.key[3] as number) + 1;
    this.tables.olderItems.put([...this.key, number], item);
  }

  private count(image: string, step: number): void {
    if (image === '') return;
    const key = [this.namespace, this.name, image, this.tag];
    const count = Number(this.tables.streamImages.get(key)?.toString() ?? 0) + step;
    if (count > 0) this.tables.streamImages.put(key, Buffer.from(`${count}`));
    else this.tables.streamImages.delete(key);
  }
}

const parseItem = (value: Buffer): TagItem => JSON.parse(value.toString('utf8')) as TagItem;

function split(id: string): [namespace: string, name: string] {
  const slash = id.indexOf('/');
  return [id.slice(0, slash), id.slice(slash + 1)];
}
