import { LRUCache } from 'lru-cache';
import type { Position } from '#lib/events';
import type { Queryable } from '#lib/postgres';
import type { ProjectedTables } from '../projected-tables.js';
import type { AnyRecorded, Projection } from '../projections/projection.js';
import { BatchTables, type Lacking } from './batch-tables.js';
import type { Changes, GenerationTables, StoredRow } from './generation-tables.js';

/** How much of what was read and written last is kept, so that it need not be fetched again. */
const REMEMBERED_BYTES = 32 * 1024 * 1024;
/** What a row takes besides its key and its value. */
const ROW_BYTES = 100;

/** Someone else writes these tables now, or nobody does any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The tables of one generation, as the one projector that may write them sees them. */
export class PostgresTables implements ProjectedTables {
  /** True as long as nobody else writes, and nobody does without our noticing it. */
  private readonly memory = new LRUCache<string, { readonly value: Buffer | null }>({
    maxSize: REMEMBERED_BYTES,
    sizeCalculation: ({ value }, place) => ROW_BYTES + place.length + (value?.length ?? 0),
  });

  /**
   * @param epoch - that of the projector that writes.
   * @param checkpoint - what the tables show when it begins.
   */
  constructor(
    private readonly db: Queryable,
    private readonly stored: GenerationTables,
    private readonly epoch: number,
    public checkpoint: Position,
  ) {}

  /** @throws FencedError when another projector has taken over; nothing was written then. */
  async project(events: readonly AnyRecorded[], folds: readonly Projection[]): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    const changes = await this.folded(events, folds);
    const to = { position: last.position, stream: last.stream, revision: last.revision, eventId: last.metadata.id };
    const isOurs = await this.stored.commit(this.db, { epoch: this.epoch, from: this.checkpoint, to, changes });
    if (!isOurs) throw new FencedError('the read models are written by another projector');
    this.checkpoint = last.position;
    for (const rows of changes.values()) {
      for (const [place, { value }] of rows) this.memory.set(place, { value: value ?? null });
    }
  }

  private async folded(events: readonly AnyRecorded[], folds: readonly Projection[]): Promise<Changes> {
    const batch = new BatchTables({ get: (place) => this.memory.get(place)?.value });
    for (const event of events) {
      for (const fold of folds) for (const [table, key] of fold.reads(event)) batch.want(table, key);
    }
    if (!batch.isComplete) await this.supply(batch);
    for (;;) {
      for (const event of events) for (const fold of folds) applied(fold, event, batch);
      if (batch.isComplete) return batch.changes;
      await this.supply(batch);
    }
  }

  private async supply(batch: BatchTables): Promise<void> {
    const { lacking } = batch;
    const [rows, ranges] = await Promise.all([
      lacking.rows.size === 0 ? [] : this.stored.getMany(this.db, lacking.rows),
      this.rangesOf(lacking),
    ]);
    batch.supply(rows, ranges);
  }

  private async rangesOf({ ranges }: Lacking): Promise<readonly (readonly StoredRow[])[]> {
    const found: (readonly StoredRow[])[] = ranges.map(() => []);
    const alike = new Map<string, number[]>();
    ranges.forEach(({ table, reverse }, index) => {
      const kind = `${table} ${reverse}`;
      const others = alike.get(kind);
      if (others === undefined) alike.set(kind, [index]);
      else others.push(index);
    });
    for (const indices of alike.values()) {
      const together = indices.flatMap((index) => ranges[index] ?? []);
      const [first] = together;
      if (first === undefined) continue;
      const rows = await this.stored.ranges(this.db, first.table, together);
      indices.forEach((index, number) => (found[index] = rows[number] ?? []));
    }
    return found;
  }
}

/** A fold that was told that something is absent, and it is not, may well fail. Then it is asked again. */
function applied(fold: Projection, event: AnyRecorded, batch: BatchTables): void {
  try {
    fold.apply(event, batch.tables);
  } catch (error) {
    if (batch.isComplete) throw error;
  }
}
