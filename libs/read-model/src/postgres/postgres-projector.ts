import { pause, type EventStore } from '#lib/event-store';
import type { Position } from '#lib/events';
import { isMissingTable, PostgresError, type Connection, type Postgres } from '#lib/postgres';
import type { Projection } from '../projections/projection.js';
import { Projector } from '../projector.js';
import { Generations, isBuiltFrom, type Claim, type Generation } from './generations.js';
import { FencedError, PostgresTables } from './postgres-tables.js';
import { Stall } from './stall.js';

export interface PostgresProjectorOptions {
  readonly store: EventStore;
  readonly postgres: Postgres;
  /** Everything but the events that the tables depend on. */
  readonly shape: string;
  readonly folds: readonly Projection[];
  /**
   * How long a projector may write nothing, with events in the log to be written and the database waiting for it, before
   * one that stands by takes its place. Default twenty seconds.
   */
  readonly stallMs?: number;
  /** Told of what passes: a database that is away, another projector that took over. */
  readonly onDisturbance?: (why: string) => void;
  /** Told when this projector begins to write, and when it no longer does. */
  readonly onDuty?: (isActive: boolean) => void;
}

/** Longer than any single statement of the pool takes, which the connection that holds the lock may wait for. */
const STALL_MS = 20_000;
/** A commit of one event costs as much as one of ten: under load they begin this far apart, and hold what came meanwhile. */
const PACE_MS = 10;
/** A standby looks this often whether the projector that writes is gone. */
const STANDBY_MS = 500;
/** And so soon when it has seen to that itself. */
const SUCCESSION_MS = 50;
/** After a database that was away; longer each time. */
const RETRY_MS = { first: 250, longest: 2_000 };

/**
 * Keeps the read models in PostgreSQL up to date. Of several, one writes and the others stand by: the database holds
 * a lock for the connection of the one that writes, and gives it to another when that connection is gone.
 */
export class PostgresProjector {
  private readonly generations: Generations;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private current: Projector | undefined;

  constructor(private readonly options: PostgresProjectorOptions) {
    this.generations = new Generations(options.postgres);
  }

  /** Whether it is this projector that writes. */
  get isActive(): boolean {
    return this.current !== undefined;
  }

  /** Position of the last event that this projector wrote; 0 while it stands by. */
  get projected(): Position {
    return this.current?.projected ?? 0;
  }

  /** @param onFailure - told when an event cannot be folded or the log not be read: what no waiting mends. */
  start(onFailure: (error: unknown) => void = () => undefined): void {
    this.running ??= this.run().catch((error: unknown) => onFailure(error));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.current?.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let wait = RETRY_MS.first; !signal.aborted;) {
      try {
        await this.serve();
        wait = RETRY_MS.first;
      } catch (error) {
        if (error instanceof FencedError || isMissingTable(error)) {
          // Tables that are gone were swapped for others while there was nothing to write.
          this.options.onDisturbance?.((error as Error).message);
        } else if (error instanceof PostgresError && error.code !== 'refused') {
          this.options.onDisturbance?.(error.message);
          await pause(wait, signal);
          wait = Math.min(wait * 2, RETRY_MS.longest);
        } else throw error;
      }
    }
  }

  /** One connection long: waits for its turn, and then projects until the connection or the generation is gone. */
  private async serve(): Promise<void> {
    const connection = await this.options.postgres.connect();
    try {
      await this.generations.prepare();
      const claim = await this.turn(connection);
      if (claim === undefined) return;
      if (await isBuiltFrom(this.options.store, claim)) await this.project(claim, connection);
      else await this.replace(claim);
    } finally {
      await connection.close();
    }
  }

  /** @returns `undefined` when it is stopped before its turn comes. */
  private async turn(connection: Connection): Promise<Claim | undefined> {
    const { signal } = this.stopping;
    const { store, stallMs = STALL_MS } = this.options;
    const stall = new Stall(store, stallMs);
    while (!signal.aborted) {
      // Looked up every time: what is active may have been swapped meanwhile.
      const active = await this.generations.ensureActive(this.options.shape);
      const claim = await this.generations.claim(active, connection);
      if (claim !== undefined) return claim;
      const isRelieved = stall.isSeen(active) && (await this.relieve(active, stallMs));
      if (isRelieved) stall.forget();
      await pause(isRelieved ? SUCCESSION_MS : STANDBY_MS, AbortSignal.any([signal, connection.lost]));
    }
    return undefined;
  }

  /** A process that hangs keeps its connection, and with it the lock, for as long as its machine answers for it. */
  private async relieve(active: Generation, stallMs: number): Promise<boolean> {
    const isRelieved = await this.generations.dismiss(active, stallMs);
    if (isRelieved) this.options.onDisturbance?.('the projector that wrote did nothing for a while, and was relieved');
    return isRelieved;
  }

  /** Tables of another log are not to be seen for a moment longer; those that take their place fill up from the start. */
  private async replace(foreign: Claim): Promise<void> {
    this.options.onDisturbance?.('the read models were built from another log, and are built anew');
    const next = await this.generations.create(this.options.shape, 'building');
    await this.generations.activate(next, foreign, async () => undefined);
    await this.generations.drop(foreign);
  }

  private async project(claim: Claim, connection: Connection): Promise<void> {
    const { store, shape, folds, onDuty, onDisturbance } = this.options;
    const tables = new PostgresTables(connection, this.generations.tables(claim), claim.epoch, claim.checkpoint);
    const projector = new Projector(store, tables, folds, { paceMs: PACE_MS });
    const lost = (): void => void projector.stop();
    connection.lost.addEventListener('abort', lost);
    this.current = projector;
    onDuty?.(true);
    try {
      await this.generations.prune(shape, connection).catch((error: unknown) => onDisturbance?.(String(error)));
      if (connection.lost.aborted || this.stopping.signal.aborted) return;
      await projector.run();
    } finally {
      this.current = undefined;
      connection.lost.removeEventListener('abort', lost);
      onDuty?.(false);
    }
    // Whoever took the turn away from this one is to have it.
    await pause(STANDBY_MS, this.stopping.signal);
  }
}
