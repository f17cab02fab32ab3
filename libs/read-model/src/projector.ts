import { completesCommand, type Position, type RecordedEvent } from '#lib/events';
import { pause, type EventStore } from '#lib/event-store';
import type { ProjectedTables } from './projected-tables.js';
import type { StartedSpan } from '#lib/tracing';
import { startProjectionSpan } from './projection-span.js';
import { DeclaredProjection } from './projections/declared-projection.js';
import { ImageProjection } from './projections/image-projection.js';
import { ImageStreamProjection } from './projections/image-stream-projection.js';
import { NamespaceProjection } from './projections/namespace-projection.js';
import type { AnyRecorded, Projection } from './projections/projection.js';
import { StreamCountProjection } from './projections/stream-count-projection.js';
import { TagRevisionProjection } from './projections/tag-revision-projection.js';
import { TABLES } from './tables.js';

/** Raised when a projection changes what it builds: the read models of an older shape are built anew. */
const SHAPE_VERSION = 4;

export interface ReadModelOptions {
  /** How many items of a tag's history `status.tags` shows. */
  readonly historyWindow: number;
}

/** Everything but the events that the read models depend on. */
export const readModelShape = ({ historyWindow }: ReadModelOptions): string =>
  `${SHAPE_VERSION}/${historyWindow}/${TABLES.join()}`;

/** In the order in which they see an event. */
export const projections = ({ historyWindow }: ReadModelOptions): readonly Projection[] => [
  new TagRevisionProjection(),
  new ImageStreamProjection(historyWindow),
  new ImageProjection(),
  new NamespaceProjection(),
  new DeclaredProjection(),
  new StreamCountProjection(),
];

export interface ProjectorOptions {
  /** Milliseconds that lie between the beginnings of two batches, at least, where tables are not in this process. */
  readonly paceMs?: number;
}

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Follows the log and keeps the read models up to date. The only writer of the read models. */
export class Projector {
  private position: Position;
  private pending: RecordedEvent[] = [];
  private waiters: Waiter[] = [];
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private failure: unknown;
  private taken = 0;

  constructor(
    private readonly store: EventStore,
    private readonly tables: ProjectedTables,
    private readonly folds: readonly Projection[],
    private readonly options: ProjectorOptions = {},
  ) {
    this.position = tables.checkpoint;
  }

  /** Position of the last event that the read models show. */
  get projected(): Position {
    return this.position;
  }

  /** How many events were taken from the log since the start. Positions do not tell: there may be gaps between them. */
  get eventsTaken(): number {
    return this.taken;
  }

  /** Starts to follow the log; resolves when the read models show everything that is in it now. */
  async start(onFailure: (error: unknown) => void = () => undefined): Promise<void> {
    this.run().catch((error: unknown) => onFailure(error));
    await this.waitFor(await this.store.lastPosition());
  }

  /** Follows the log until it is stopped. @throws what keeps it from going on. */
  run(): Promise<void> {
    const following = this.follow().then(
      () => this.end(new Error('the projector was stopped')),
      (error: unknown) => {
        this.end(error);
        throw error;
      },
    );
    this.running = following.catch(() => undefined);
    return following;
  }

  /**
   * Resolves when the read models show the event at `position`.
   *
   * @throws when the read models are no longer built: the projector was stopped, or an event cannot be folded.
   */
  waitFor(position: Position): Promise<void> {
    if (position <= this.position) return Promise.resolve();
    if (this.failure !== undefined) return Promise.reject(asError(this.failure));
    return new Promise((resolve, reject) => this.waiters.push({ position, resolve, reject }));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Takes what is in the log now, without following it. */
  async catchUp(): Promise<void> {
    for await (const events of this.store.readAll({ after: this.position })) await this.take(events);
  }

  private async follow(): Promise<void> {
    for await (const events of this.store.subscribe(this.position, this.stopping.signal)) {
      const begun = performance.now();
      // Tables in this process are not waited for: that would cost more than some of them.
      const taking = this.take(events);
      if (taking === undefined) continue;
      await taking;
      await pause(begun + (this.options.paceMs ?? 0) - performance.now(), this.stopping.signal);
    }
  }

  /** Applies all commands that are complete; a reader never sees half a command. */
  private take(events: readonly RecordedEvent[]): void | Promise<void> {
    const known = this.pending.length === 0 ? events : [...this.pending, ...events];
    let complete = known.length;
    while (complete > 0 && !completesCommand((known[complete - 1] as RecordedEvent).metadata)) complete--;
    this.pending = known.slice(complete);
    const last = known[complete - 1];
    if (last === undefined) return;
    const taken = (complete === known.length ? known : known.slice(0, complete)) as readonly AnyRecorded[];
    const span = startProjectionSpan(this.store.instruments?.tracer, taken);
    const projecting = this.tables.project(taken, this.folds);
    if (projecting === undefined) return this.shows(last.position, complete, span);
    return projecting.then(() => this.shows(last.position, complete, span));
  }

  private shows(position: Position, events: number, span: StartedSpan | undefined): void {
    span?.end();
    this.position = position;
    this.taken += events;
    this.wake();
  }

  /** Nobody waits for what will not come. */
  private end(why: unknown): void {
    this.failure = why;
    for (const waiter of this.waiters.splice(0)) waiter.reject(why);
  }

  private wake(): void {
    if (this.waiters.length === 0) return;
    const ready = this.waiters.filter(({ position }) => position <= this.position);
    this.waiters = this.waiters.filter(({ position }) => position > this.position);
    for (const { resolve } of ready) resolve();
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
