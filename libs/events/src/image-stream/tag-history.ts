import type { TagItem } from './values.js';

interface Link {
  readonly item: TagItem;
  readonly older: Link | undefined;
  readonly length: number;
}

/**
 * A tag's history, newest first. Immutable and shared between versions: adding to a history of a hundred thousand
 * entries costs what adding to an empty one costs.
 */
export class TagHistory implements Iterable<TagItem> {
  static readonly empty = new TagHistory(undefined);

  private constructor(private readonly newest: Link | undefined) {}

  static of(items: readonly TagItem[]): TagHistory {
    let link: Link | undefined;
    for (let i = items.length - 1; i >= 0; i--) link = linked(items[i] as TagItem, link);
    return link === undefined ? TagHistory.empty : new TagHistory(link);
  }

  get head(): TagItem | undefined {
    return this.newest?.item;
  }

  get length(): number {
    return this.newest?.length ?? 0;
  }

  with(item: TagItem): TagHistory {
    return new TagHistory(linked(item, this.newest));
  }

  withHead(item: TagItem): TagHistory {
    return new TagHistory(linked(item, this.newest?.older));
  }

  /** Without the given entries, each taken out once, newest match first. */
  without(removed: readonly TagItem[]): TagHistory {
    const left = [...removed];
    return TagHistory.of(
      [...this].filter((item) => {
        const found = left.findIndex((candidate) => sameItem(candidate, item));
        if (found >= 0) left.splice(found, 1);
        return found < 0;
      }),
    );
  }

  /** The newest `limit` entries. */
  toArray(limit = Infinity): TagItem[] {
    const items: TagItem[] = [];
    for (let link = this.newest; link !== undefined && items.length < limit; link = link.older) items.push(link.item);
    return items;
  }

  *[Symbol.iterator](): Iterator<TagItem> {
    for (let link = this.newest; link !== undefined; link = link.older) yield link.item;
  }
}

export const sameItem = (a: TagItem, b: TagItem): boolean =>
  a.image === b.image &&
  a.dockerImageReference === b.dockerImageReference &&
  a.generation === b.generation &&
  a.created === b.created;

const linked = (item: TagItem, older: Link | undefined): Link => ({ item, older, length: (older?.length ?? 0) + 1 });
