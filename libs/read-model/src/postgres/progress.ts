import type { Position } from '#lib/events';
import type { Connection, Postgres } from '#lib/postgres';
import { channelOf } from './generation-tables.js';
import type { Generation, Generations } from './generations.js';

/** The read models did not come to show what they have to in good time. */
export class ReadModelBehindError extends Error {
  override readonly name = 'ReadModelBehindError';

  constructor(shown: Position, wanted: Position) {
    super(`the read models show position ${shown}, and not ${wanted} yet`);
  }
}

interface Waiter {
  readonly position: Position;
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface ProgressOptions {
  /** How long somebody may wait for a position. */
  readonly patienceMs: number;
  readonly onDisturbance: (why: string) => void;
}

/** How often to look while somebody waits: for when a notification is late, or nobody listens just now. */
const WAITING_MS = 50;
/** And while nobody does. */
const IDLE_MS = 1_000;
/** Before listening again after a connection that was lost. */
const LISTEN_AGAIN_MS = 500;

/** Knows which tables are to be read and how far they are: told by the database, and by looking now and then. */
export class Progress {
  private active: Generation | undefined;
  private lastShown: Position = 0;
  /** How many databases there were, for all that is known: each connection that is lost may have been to another. */
  private era = 0;
  private waiters: Waiter[] = [];
  private listening: Connection | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<Generation | undefined> | undefined;
  private isStopped = false;
  private connecting: Promise<void> | undefined;

  constructor(
    private readonly postgres: Postgres,
    private readonly generations: Generations,
    private readonly shape: string,
    private readonly options: ProgressOptions,
  ) {}

  /** Position of the last event that the tables show, or did when they were last seen. */
  get position(): Position {
    return this.active?.checkpoint ?? this.lastShown;
  }

  /** What can be relied on. */
  private get shown(): Position {
    return this.active?.checkpoint ?? 0;
  }

  start(): void {
    this.connecting = this.listen();
    this.lookAgain();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.rejectAll(new Error('the read models are no longer followed: the server stops'));
    await this.connecting;
    await this.listening?.close();
    await this.looking?.catch(() => undefined);
  }

  /** The tables to read. @throws PostgresError, and ReadModelBehindError where there are none just now. */
  async tables(): Promise<Generation> {
    const active = this.active ?? (await this.look());
    if (active === undefined) throw new ReadModelBehindError(0, 1);
    return active;
  }

  /** Asks the database which tables are to be read, as those that were are gone. */
  refresh(): Promise<Generation | undefined> {
    return this.look();
  }

  /**
   * Resolves when the tables show the event at `position`.
   *
   * @throws PostgresError as soon as the database is found to be away; ReadModelBehindError.
   */
  waitFor(position: Position): Promise<void> {
    if (position <= this.shown) return Promise.resolve();
    if (this.isStopped) return Promise.reject(new Error('the read models are no longer followed'));
    return new Promise((resolve, reject) => {
      this.waiters.push({ position, until: Date.now() + this.options.patienceMs, resolve, reject });
      if (this.waiters.length === 1) this.lookAgain();
    });
  }

  /** One look at a time, however many ask. */
  private look(): Promise<Generation | undefined> {
    if (this.looking !== undefined) return this.looking;
    const { active: known, era } = this;
    this.looking = this.generations.active(this.shape).then(
      (active) => {
        this.looking = undefined;
        if (era !== this.era) return active;
        // What was known before the question is no longer so: this is a database that lacks it.
        if (active !== undefined && active.id === known?.id && active.checkpoint < known.checkpoint) this.forget();
        this.take(active);
        return active;
      },
      (error: unknown) => {
        this.looking = undefined;
        throw error;
      },
    );
    return this.looking;
  }

  private lookAgain(): void {
    clearTimeout(this.timer);
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.poll(), this.waiters.length > 0 ? WAITING_MS : IDLE_MS);
  }

  private async poll(): Promise<void> {
    try {
      await this.look();
      const now = Date.now();
      const late = this.waiters.filter(({ until }) => until <= now);
      this.waiters = this.waiters.filter(({ until }) => until > now);
      for (const { position, reject } of late) reject(new ReadModelBehindError(this.position, position));
    } catch (error) {
      this.rejectAll(error);
    }
    this.lookAgain();
  }

  private async listen(): Promise<void> {
    if (this.isStopped) return;
    try {
      const connection = await this.postgres.connect();
      this.listening = connection;
      connection.lost.addEventListener('abort', () => this.listenAgain('the connection was lost'), { once: true });
      await connection.listen(channelOf(this.postgres.schema), (payload) => this.told(payload));
      // What was told while nobody listened was missed.
      await this.look();
    } catch (error) {
      if (this.listening === undefined) this.listenAgain(String(error));
      else await this.listening.close();
    }
  }

  private listenAgain(why: string): void {
    this.listening = undefined;
    if (this.isStopped) return;
    // What comes back may be a standby, or a copy, that does not show as much.
    this.forget();
    this.options.onDisturbance(`news of the read models are not heard, and asked for instead: ${why}`);
    const again = (): void => {
      this.connecting = this.listen();
    };
    setTimeout(again, LISTEN_AGAIN_MS).unref();
  }

  private told(payload: string): void {
    const [generation, position] = payload.split(' ').map(Number);
    const { active } = this;
    if (generation === undefined || position === undefined) return;
    if (generation === active?.id) this.take({ ...active, checkpoint: position });
    // Others may be the tables to read from now on.
    else if (active === undefined || position === 0) this.look().catch(() => undefined);
  }

  /** What is heard may be older than what is known, and what is seen may have been asked for before it was. */
  private take(found: Generation | undefined): void {
    const { active } = this;
    if (active !== undefined && active.id === found?.id && active.checkpoint > found.checkpoint) return;
    this.active = found;
    this.wake();
  }

  private forget(): void {
    this.lastShown = this.position;
    this.active = undefined;
    this.era++;
  }

  private wake(): void {
    const { shown } = this;
    const ready = this.waiters.filter((waiter) => waiter.position <= shown);
    if (ready.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => waiter.position > shown);
    for (const { resolve } of ready) resolve();
  }

  private rejectAll(why: unknown): void {
    for (const { reject } of this.waiters.splice(0)) reject(why);
  }
}
