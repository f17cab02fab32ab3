import { TABLES, type Entry, type Key, type RangeOptions, type Table, type TableName, type Tables } from '../tables.js';
import type { ChangedRow, Changes, StoredRange, StoredRow } from './generation-tables.js';
import { decodeKey, encodeKey, endOfPrefix } from './stored-key.js';

/** What tables do not know and were asked for. */
export interface Lacking {
  readonly rows: ReadonlyMap<TableName, readonly Buffer[]>;
  readonly ranges: readonly LackingRange[];
}

export interface LackingRange extends StoredRange {
  readonly table: TableName;
}

/** Remembers rows from one batch to the next; `null` for those that are known to be absent. */
export interface RowMemory {
  get(place: string): Buffer | null | undefined;
}

/**
 * Tables in memory for one batch of events, which answer at once although the rows are in a database.
 *
 * Whatever is asked for and not known is noted down and answered as absent. What comes of that is worth nothing but for
 * what else it asks for: the caller fetches all that was noted, begins anew, and does so until nothing is lacking. As
 * folds are pure, the last run is as if all had been known from the start.
 */
export class BatchTables {
  readonly tables: Tables;
  private readonly known = new Map<string, Buffer | null>();
  private readonly knownRanges = new Map<string, readonly StoredRow[]>();
  private readonly written = new Map<TableName, Map<string, ChangedRow>>();
  private lackingRows = new Map<string, readonly [TableName, Buffer]>();
  private lackingRanges = new Map<string, LackingRange>();

  constructor(private readonly memory: RowMemory) {
    this.tables = Object.fromEntries(TABLES.map((name) => [name, this.table(name)])) as unknown as Tables;
  }

  /** Says that a row will be needed. */
  want(table: TableName, key: Key): void {
    const stored = encodeKey(key);
    this.valueOf(table, stored, placeOf(table, stored));
  }

  /** What the folds did; of use once nothing is lacking. */
  get changes(): Changes {
    return this.written;
  }

  get isComplete(): boolean {
    return this.lackingRows.size === 0 && this.lackingRanges.size === 0;
  }

  get lacking(): Lacking {
    const rows = new Map<TableName, Buffer[]>();
    for (const [table, key] of this.lackingRows.values()) {
      const others = rows.get(table);
      if (others === undefined) rows.set(table, [key]);
      else others.push(key);
    }
    return { rows, ranges: [...this.lackingRanges.values()] };
  }

  /** Takes in what was lacking, and forgets what came of the lack. */
  supply(
    rows: readonly (StoredRow & { readonly table: TableName })[],
    ranges: readonly (readonly StoredRow[])[],
  ): void {
    for (const place of this.lackingRows.keys()) this.known.set(place, null);
    for (const { table, key, value } of rows) this.known.set(placeOf(table, key), value);
    [...this.lackingRanges.keys()].forEach((range, index) => this.knownRanges.set(range, ranges[index] ?? []));
    this.lackingRows = new Map();
    this.lackingRanges = new Map();
    this.written.clear();
  }

  private table(table: TableName): Table {
    return {
      get: (key) => {
        const stored = encodeKey(key);
        const place = placeOf(table, stored);
        const written = this.written.get(table)?.get(place);
        return written === undefined ? this.valueOf(table, stored, place) : written.value;
      },
      put: (key, value) => this.write(table, encodeKey(key), value),
      delete: (key) => this.write(table, encodeKey(key), undefined),
      under: (prefix, options) => this.under(table, prefix, options),
    };
  }

  private valueOf(table: TableName, key: Buffer, place: string): Buffer | undefined {
    let value = this.known.get(place);
    if (value === undefined) {
      value = this.memory.get(place);
      // Kept for the batch: the memory may drop it meanwhile.
      if (value !== undefined) this.known.set(place, value);
    }
    if (value === undefined) this.lackingRows.set(place, [table, key]);
    return value ?? undefined;
  }

  private write(table: TableName, key: Buffer, value: Buffer | undefined): void {
    const rows = this.written.get(table) ?? new Map<string, ChangedRow>();
    this.written.set(table, rows);
    rows.set(placeOf(table, key), value === undefined ? { key } : { key, value });
  }

  private under(table: TableName, prefix: Key, { after, limit, reverse = false }: RangeOptions = {}): readonly Entry[] {
    const range = { after: encodeKey(after ?? prefix), before: endOfPrefix(prefix), reverse };
    const written = [...(this.written.get(table)?.values() ?? [])].filter(
      ({ key }) => key.compare(range.after) > 0 && key.compare(range.before) < 0,
    );
    let stored = this.storedRange(table, { ...range, limit });
    // Where rows of a part were deleted, those that move up are not known.
    if (limit !== undefined && stored.length === limit && written.some(({ value }) => value === undefined)) {
      stored = this.storedRange(table, range);
    }
    const rows = new Map(stored.map((row): [string, StoredRow] => [placeOf(table, row.key), row]));
    for (const { key, value } of written) {
      if (value === undefined) rows.delete(placeOf(table, key));
      else rows.set(placeOf(table, key), { key, value });
    }
    const sorted = [...rows.values()].sort((a, b) => (reverse ? b.key.compare(a.key) : a.key.compare(b.key)));
    return sorted.slice(0, limit).map(({ key, value }) => ({ key: decodeKey(key), value }));
  }

  private storedRange(table: TableName, range: StoredRange): readonly StoredRow[] {
    const { after, before, limit, reverse } = range;
    const place = [table, after.toString('latin1'), before.toString('latin1'), limit, reverse].join('\n');
    const known = this.knownRanges.get(place);
    if (known === undefined) this.lackingRanges.set(place, { ...range, table });
    return known ?? [];
  }
}

/** A name for one row of one table. */
export const placeOf = (table: TableName, key: Buffer): string => `${table}\n${key.toString('latin1')}`;
