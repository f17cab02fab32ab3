import type { EventStore } from '#lib/event-store';
import type { Position, StreamName } from '#lib/events';
import { migrate, type Connection, type Postgres, type Queryable, type Row } from '#lib/postgres';
import { channelOf, GenerationTables } from './generation-tables.js';

/** A set of tables, and what they show. */
export interface Generation {
  readonly id: number;
  readonly shape: string;
  readonly checkpoint: Position;
  readonly checkpointEvent: { readonly stream: string; readonly revision: number; readonly id: string } | undefined;
}

/** A generation that this process may write, as long as its epoch is the last. */
export interface Claim extends Generation {
  readonly epoch: number;
}

/** First of the two numbers of the locks by which projectors take turns; the second is the generation. */
const PROJECTOR_LOCK = 7_461_677;

const COLUMNS = 'id, shape, checkpoint, checkpoint_stream, checkpoint_revision, checkpoint_event';

/** The sets of tables that there are in a schema, and which of them is read. */
export class Generations {
  readonly schema: string;

  constructor(private readonly postgres: Postgres) {
    this.schema = postgres.schema;
  }

  /** Makes the schema what this version expects. */
  prepare(): Promise<void> {
    return migrate(this.postgres, { component: 'read-model', folder: new URL('./migrations/', import.meta.url) });
  }

  tables({ id }: Pick<Generation, 'id'>): GenerationTables {
    return new GenerationTables(this.schema, id);
  }

  /** The generation that servers of a shape read; `undefined` before the first. */
  async active(shape: string, db: Queryable = this.postgres): Promise<Generation | undefined> {
    const text = `select ${COLUMNS} from ${this.schema}.generations where shape = $1 and state = 'active'`;
    const [row] = await db.rows({ name: 'generation-active', text }, [shape]);
    return row && generationOf(row);
  }

  /** The generation that servers of a shape read, made where there is none yet. */
  async ensureActive(shape: string): Promise<Generation> {
    return (await this.active(shape)) ?? this.create(shape, 'active');
  }

  /** Empty tables. `building` is not read by anybody until it is {@link activate | activated}. */
  async create(shape: string, state: 'building' | 'active'): Promise<Generation> {
    return this.postgres.transaction(async (db) => {
      const insert = `insert into ${this.schema}.generations (shape, state) values ($1, $2)
        on conflict do nothing returning ${COLUMNS}`;
      const [row] = await db.rows({ name: 'generation-create', text: insert }, [shape, state]);
      if (row === undefined) {
        const made = await this.active(shape, db);
        if (made === undefined) throw new Error('the active generation came and went');
        return made;
      }
      const generation = generationOf(row);
      for (const text of this.tables(generation).creation.split('\n')) await db.rows({ text });
      return generation;
    });
  }

  /**
   * Becomes the one projector of a generation, for as long as the connection lasts.
   *
   * @returns `undefined` while another is.
   */
  async claim({ id }: Generation, connection: Connection): Promise<Claim | undefined> {
    const lock = { name: 'projector-lock', text: 'select pg_try_advisory_lock($1, $2)' };
    const [got] = await connection.rows(lock, [PROJECTOR_LOCK, this.lockOf(id)]);
    if (got?.[0] !== true) return undefined;
    const text = `update ${this.schema}.generations set epoch = epoch + 1
      where id = $1 and state <> 'retired' returning ${COLUMNS}, epoch`;
    const [row] = await connection.rows({ name: 'projector-epoch', text }, [id]);
    return row && { ...generationOf(row), epoch: Number(row[6]) };
  }

  /**
   * Ends the connection of the one projector of a generation, where the database has waited for it for so long. One that
   * the database still works for is left alone.
   *
   * @returns whether there was one.
   */
  async dismiss({ id }: Generation, idleMs: number): Promise<boolean> {
    const text = `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and objsubid = 2 and classid = $1::bigint::oid and objid = $2::bigint::oid
      and pg_locks.database = (select oid from pg_database where datname = current_database())
      and usename = current_user and state in ('idle', 'idle in transaction')
      and state_change < clock_timestamp() - $3 * interval '1 millisecond'`;
    const values = [PROJECTOR_LOCK, this.lockOf(id) >>> 0, idleMs];
    return (await this.postgres.rows({ name: 'projector-dismiss', text }, values)).length > 0;
  }

  /**
   * Lets servers read `next` instead of `former`, from one moment to the next, as soon as it shows as much. Whoever
   * writes `former` is held up from then on, and finds that it is over.
   *
   * @param catchUp - brings `next` up to what is in the log.
   */
  async activate(next: Generation, former: Generation | undefined, catchUp: () => Promise<unknown>): Promise<void> {
    await this.postgres.transaction(async (db) => {
      if (former !== undefined) {
        const hold = `select 1 from ${this.schema}.generations where id = $1 for update`;
        await db.rows({ name: 'generation-hold', text: hold }, [former.id]);
      }
      await catchUp();
      const set = `update ${this.schema}.generations set state = $1 where id = $2`;
      if (former !== undefined) await db.rows({ name: 'generation-state', text: set }, ['retired', former.id]);
      await db.rows({ name: 'generation-state', text: set }, ['active', next.id]);
      const tell = 'select pg_notify($1, $2)';
      await db.rows({ name: 'generation-tell', text: tell }, [channelOf(this.schema), `${next.id} 0`]);
    });
  }

  /** Drops the tables of a generation that nobody reads any more; a reader in the middle is waited for. */
  async drop(generation: Pick<Generation, 'id'>): Promise<void> {
    await this.postgres.transaction(async (db) => {
      const { removal } = this.tables(generation);
      await db.rows({ text: removal });
      const text = `delete from ${this.schema}.generations where id = $1`;
      await db.rows({ name: 'generation-delete', text }, [generation.id]);
    });
  }

  /**
   * Drops what is of no more use: what was swapped away, what was begun and given up, and tables of another shape that
   * no projector has written for a day.
   *
   * @returns how many generations that were.
   */
  async prune(shape: string, connection: Connection): Promise<number> {
    const text = `select id from ${this.schema}.generations
      where state = 'retired' or state = 'building' or (shape <> $1 and updated_at < now() - interval '1 day')`;
    let dropped = 0;
    for (const [id] of (await connection.rows({ name: 'generations-useless', text }, [shape])) as readonly [number][]) {
      const lock = [PROJECTOR_LOCK, this.lockOf(id)];
      const take = { name: 'projector-lock', text: 'select pg_try_advisory_lock($1, $2)' };
      const [got] = await connection.rows(take, lock);
      if (got?.[0] !== true) continue;
      await this.drop({ id });
      await connection.rows({ name: 'projector-unlock', text: 'select pg_advisory_unlock($1, $2)' }, lock);
      dropped++;
    }
    return dropped;
  }

  /** Locks are those of the whole database, and several schemas may be in it. */
  private lockOf(generation: number): number {
    let hash = generation;
    for (const letter of this.schema) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
    return hash;
  }
}

/**
 * Whether the tables of a generation were built from this log. Those of another, or of one that was longer, were not:
 * that is how they look when a log was restored from a copy.
 */
export async function isBuiltFrom(log: EventStore, { checkpoint, checkpointEvent }: Generation): Promise<boolean> {
  if (checkpoint === 0) return true;
  if (checkpointEvent === undefined) return false;
  const { stream, revision, id } = checkpointEvent;
  for await (const event of log.readStream(stream as StreamName, { from: revision, limit: 1 })) {
    return event.position === checkpoint && event.metadata.id === id;
  }
  return false;
}

function generationOf([id, shape, checkpoint, stream, revision, event]: Row): Generation {
  return {
    id: id as number,
    shape: shape as string,
    checkpoint: Number(checkpoint),
    checkpointEvent:
      stream === null ? undefined : { stream: stream as string, revision: Number(revision), id: event as string },
  };
}
