import type { EventStore } from '#lib/event-store';
import type { Postgres } from '#lib/postgres';
import type { Projection } from '../projections/projection.js';
import { Projector } from '../projector.js';
import { Generations } from './generations.js';
import { digestOf } from './postgres-read-model.js';
import { PostgresTables } from './postgres-tables.js';

export interface RebuildOptions {
  readonly store: EventStore;
  readonly postgres: Postgres;
  readonly shape: string;
  readonly folds: readonly Projection[];
}

export interface Rebuilt {
  readonly events: number;
  /** Of what was built, at the moment from which it is read. */
  readonly digest: string;
}

/**
 * Builds the read models anew beside those that are read, and then lets everybody read the new ones, from one moment to
 * the next. Servers and projectors go on meanwhile: whoever writes the old ones finds that they are over, and goes on
 * with the new ones.
 */
export async function rebuild({ store, postgres, shape, folds }: RebuildOptions): Promise<Rebuilt> {
  const generations = new Generations(postgres);
  await generations.prepare();
  const connection = await postgres.connect();
  try {
    const next = await generations.create(shape, 'building');
    const claim = await generations.claim(next, connection);
    if (claim === undefined) throw new Error('somebody else took the new tables for their own');
    const tables = generations.tables(claim);
    const projector = new Projector(store, new PostgresTables(connection, tables, claim.epoch, 0), folds);
    await projector.catchUp();
    const former = await generations.active(shape);
    // The old tables stand still by then. What they show is in the log, and so in the new ones after this.
    await generations.activate(next, former, () => projector.catchUp());
    const digest = await postgres.snapshot(async (db) => {
      await generations.active(shape, db);
      // The snapshot stands: the projector that is to go on with the new tables need not wait for the digest.
      await connection.close();
      return digestOf(tables, db);
    });
    if (former !== undefined) await generations.drop(former);
    return { events: projector.eventsTaken, digest };
  } finally {
    await connection.close();
  }
}

/** Digest of the read models that are read now; `undefined` where there are none. */
export async function digestOfActive({ postgres, shape }: Pick<RebuildOptions, 'postgres' | 'shape'>) {
  const generations = new Generations(postgres);
  await generations.prepare();
  const active = await generations.active(shape);
  return active && postgres.snapshot((db) => digestOf(generations.tables(active), db));
}
