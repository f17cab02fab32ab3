import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import type { EventStore } from '#lib/event-store';
import type { Position, StreamName } from '#lib/events';
import { ContentsDigest } from '../contents-digest.js';
import type { ProjectedTables } from '../projected-tables.js';
import type { AnyRecorded, Projection } from '../projections/projection.js';
import { TABLES, type Entry, type Key, type RangeOptions, type Table, type Tables } from '../tables.js';

/** LMDB's own idea of a composite key, which is not read-only. */
type LmdbKey = (string | number)[];
type Stored = Database<Buffer, LmdbKey>;

/** After every string and number that a key can hold. */
const AFTER_ALL = Buffer.from([0xff]);

/** What stands beside a file that was closed properly. */
const CLEAN = 'closed';

/**
 * The read models in one LMDB file, with the checkpoint up to which they are built.
 *
 * The file is disposable: everything in it comes from the log. So it is written without syncing to disk. That is safe
 * when the process dies, as the kernel keeps what was written. When the machine dies the file may be torn: a guard
 * beside it then names a boot of the machine that is over, and the file is built anew.
 */
export class EmbeddedReadModel implements ProjectedTables {
  readonly tables: Tables;
  private readonly meta: Database<string, string>;

  private constructor(
    private readonly root: RootDatabase,
    private readonly path: string,
  ) {
    const tables = TABLES.map((name): [string, Table] => [
      name,
      new LmdbTable(root.openDB<Buffer, LmdbKey>({ name, encoding: 'binary' })),
    ]);
    this.tables = Object.fromEntries(tables) as unknown as Tables;
    this.meta = root.openDB<string, string>({ name: 'meta', encoding: 'string' });
  }

  /**
   * Opens the file, or starts an empty one where it may be torn or was built in another shape.
   *
   * @param shape - names everything that the contents depend on besides the events.
   */
  static open(path: string, shape: string): EmbeddedReadModel {
    mkdirSync(dirname(path), { recursive: true });
    if (!isIntact(path)) remove(path);
    writeFileSync(guardOf(path), bootId());
    const opened = EmbeddedReadModel.openFile(path);
    if (opened.checkpoint === 0) opened.meta.putSync('shape', shape);
    if (opened.meta.get('shape') === shape) return opened;
    void opened.root.close();
    remove(path);
    const fresh = EmbeddedReadModel.openFile(path);
    fresh.meta.putSync('shape', shape);
    return fresh;
  }

  /**
   * Opens the read models of a log. Those of another log, or of one that was longer, are not taken for its own: that is
   * how they look when a log was restored from a copy.
   */
  static async openFor(log: EventStore, path: string, shape: string): Promise<EmbeddedReadModel> {
    const opened = EmbeddedReadModel.open(path, shape);
    if (await opened.isBuiltFrom(log)) return opened;
    await opened.destroy();
    return EmbeddedReadModel.open(path, shape);
  }

  private static openFile(path: string): EmbeddedReadModel {
    return new EmbeddedReadModel(open({ path, maxDbs: TABLES.length + 1, noSync: true, noMemInit: true }), path);
  }

  /** Position of the last event that the tables show. */
  get checkpoint(): Position {
    return Number(this.meta.get('checkpoint') ?? 0);
  }

  project(events: readonly AnyRecorded[], folds: readonly Projection[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.root.transactionSync(() => {
      for (const event of events) {
        for (const fold of folds) fold.apply(event, this.tables);
      }
      this.meta.putSync('checkpoint', `${last.position}`);
      this.meta.putSync('checkpointEvent', last.metadata.id);
      this.meta.putSync('checkpointStream', last.stream);
      this.meta.putSync('checkpointRevision', `${last.revision}`);
    });
  }

  /** SHA-256 over every entry of every table: equal for equal contents. */
  digest(): string {
    const digest = new ContentsDigest();
    for (const name of TABLES) {
      for (const entry of this.tables[name].under([])) digest.add(name, entry);
    }
    return digest.toString();
  }

  async close(): Promise<void> {
    await this.root.close();
    const file = openSync(this.path, 'r');
    fsyncSync(file);
    closeSync(file);
    writeFileSync(guardOf(this.path), CLEAN);
  }

  /** Deletes the file; what it held is rebuilt from the log. */
  async destroy(): Promise<void> {
    await this.root.close();
    remove(this.path);
  }

  private async isBuiltFrom(log: EventStore): Promise<boolean> {
    const { checkpoint } = this;
    if (checkpoint === 0) return true;
    const stream = this.meta.get('checkpointStream');
    if (stream === undefined) return false;
    // By its place in its stream, and not by what comes after the position before it: not every log has such a place.
    const from = Number(this.meta.get('checkpointRevision'));
    for await (const event of log.readStream(stream as StreamName, { from, limit: 1 })) {
      return event.position === checkpoint && event.metadata.id === this.meta.get('checkpointEvent');
    }
    return false;
  }
}

class LmdbTable implements Table {
  constructor(private readonly stored: Stored) {}

  get(key: Key): Buffer | undefined {
    return this.stored.get(key as LmdbKey);
  }

  put(key: Key, value: Buffer): void {
    this.stored.putSync(key as LmdbKey, value);
  }

  delete(key: Key): void {
    this.stored.removeSync(key as LmdbKey);
  }

  *under(prefix: Key, { after, limit, reverse = false }: RangeOptions = {}): Iterable<Entry> {
    const low = after ?? prefix;
    const high = [...prefix, AFTER_ALL];
    const bounds = reverse ? { start: high, end: low, reverse } : { start: low, end: high };
    // The first key of a forward range is included, which `after` is not meant to be.
    const skip = after !== undefined && !reverse;
    const options = { ...bounds, ...(limit === undefined ? {} : { limit: skip ? limit + 1 : limit }), snapshot: false };
    let yielded = 0;
    for (const { key: stored, value } of this.stored.getRange(
      options as unknown as Parameters<Stored['getRange']>[0],
    )) {
      // LMDB gives a key of one part back as that part.
      const key: Key = Array.isArray(stored) ? stored : [stored];
      if (skip && sameKey(key, after)) continue;
      if (limit !== undefined && yielded++ >= limit) return;
      yield { key, value };
    }
  }
}

const sameKey = (a: Key, b: Key): boolean => a.length === b.length && a.every((part, index) => part === b[index]);

const guardOf = (path: string): string => `${path}.guard`;

/** Whether what was written to the file is all there: it was closed, or the kernel that it was written to still runs. */
function isIntact(path: string): boolean {
  if (!existsSync(path)) return true;
  const guard = guardOf(path);
  const state = existsSync(guard) ? readFileSync(guard, 'utf8') : '';
  return state === CLEAN || state === bootId();
}

function remove(path: string): void {
  for (const file of [path, `${path}-lock`]) rmSync(file, { force: true });
}

/** Changes whenever the machine starts; where the system does not say, the read models are kept. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
