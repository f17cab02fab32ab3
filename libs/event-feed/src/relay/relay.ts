import { pause, type EventStore } from '#lib/event-store';
import type { Position, RecordedEvent } from '#lib/events';
import { isOfOld, publishing } from '#lib/tracing';
import { FencedError, type Checkpoint, type EventSink, type Published } from './event-sink.js';
import type { RelayObserver } from './relay-observer.js';
import { WholeCommands } from './whole-commands.js';

export interface RelayOptions {
  readonly store: EventStore;
  readonly sink: EventSink;
  readonly observer?: RelayObserver;
  /** How long a relay that was fenced watches before it may take over again. */
  readonly standbyMs?: number;
  readonly firstRetryMs?: number;
}

/** How far behind the log the relay is. */
export interface RelayLag {
  /** Positions between the last event that was published and the last of the log. */
  readonly positions: number;
  /** Age of the oldest event that is not published; 0 where all are. */
  readonly seconds: number;
}

/** A transaction of one event costs as much as one of ten: under load they begin this far apart, and hold what came meanwhile. */
const PACE_MS = 25;
const STOP_MS = 5_000;
const STANDBY_MS = 10_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

/** The topics have events of another log: publishing would mix the two, or leave events out. */
export class ForeignCheckpointError extends Error {
  constructor({ position }: Checkpoint) {
    super(
      `the topics hold the events of another log, up to position ${position}, where this log has another event or none: ` +
        'give this log a kafka.topicPrefix of its own',
    );
    this.name = 'ForeignCheckpointError';
  }
}

/**
 * Publishes every event of the log, in its order, whole commands at a time.
 *
 * It knows nothing between two starts: where to go on is what the sink says was published. While something fails it waits
 * and tries again, for ever. When another relay takes over, this one stands by and takes over again only if the other
 * leaves events lying.
 */
export class Relay {
  private stopping: AbortController | undefined;
  private running: Promise<void> = Promise.resolve();
  private failures = 0;
  private position: Position = 0;
  private active = false;

  constructor(private readonly options: RelayOptions) {}

  /** Whether it is the relay of its log, as far as it knows. */
  get isActive(): boolean {
    return this.active;
  }

  start(): void {
    if (this.stopping !== undefined) return;
    this.stopping = new AbortController();
    this.running = this.run(this.stopping.signal);
  }

  /** Completes what is being published, if that does not take too long. */
  async stop(): Promise<void> {
    this.stopping?.abort();
    const givingUp = setTimeout(() => void this.options.sink.release(), STOP_MS);
    await this.running;
    clearTimeout(givingUp);
    this.stopping = undefined;
  }

  async lag(): Promise<RelayLag> {
    const { store } = this.options;
    const positions = Math.max(0, (await store.lastPosition()) - this.position);
    if (positions === 0) return { positions, seconds: 0 };
    for await (const [oldest] of store.readAll({ after: this.position, limit: 1 })) {
      if (oldest === undefined) break;
      return { positions, seconds: Math.max(0, Date.now() - Date.parse(oldest.metadata.time)) / 1_000 };
    }
    return { positions, seconds: 0 };
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.publishAll(signal);
      } catch (error) {
        this.active = false;
        await this.options.sink.release();
        if (error instanceof FencedError) await this.standBy(signal);
        else await this.failed(error, signal);
      }
    }
    this.active = false;
    await this.options.sink.release();
  }

  private async publishAll(signal: AbortSignal): Promise<void> {
    const { store, sink, observer } = this.options;
    const checkpoint = await sink.takeOver();
    await this.assertOurs(checkpoint);
    this.position = checkpoint?.position ?? 0;
    this.active = true;
    observer?.tookOver?.(this.position);
    const commands = new WholeCommands();
    for await (const page of store.subscribe(this.position, signal)) {
      const begun = performance.now();
      await this.publish(commands.take(page));
      await pause(begun + PACE_MS - performance.now(), signal);
      if (signal.aborted) return;
    }
    // The log was closed, and this is about to be stopped.
    await pause(FIRST_RETRY_MS, signal);
  }

  private async publish(events: readonly RecordedEvent[]): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    const published = await this.traced(events, last);
    this.position = last.position;
    this.failures = 0;
    this.options.observer?.published?.(published);
  }

  private traced(events: readonly RecordedEvent[], last: RecordedEvent): Promise<Published> {
    const { sink, store } = this.options;
    const tracer = store.instruments?.tracer;
    if (tracer === undefined || !tracer.isOn || isOfOld(last.metadata.time)) return sink.publish(events);
    const options = publishing(events.map(({ metadata }) => metadata.traceparent));
    return tracer.span('publish', options, () => sink.publish(events));
  }

  /** The log must have the event that the checkpoint is about: a log that was lost and begun anew has not. */
  private async assertOurs(checkpoint: Checkpoint | undefined): Promise<void> {
    if (checkpoint === undefined) return;
    for await (const [event] of this.options.store.readAll({ after: checkpoint.position - 1, limit: 1 })) {
      if (event?.position === checkpoint.position && event.metadata.id === checkpoint.eventId) return;
    }
    throw new ForeignCheckpointError(checkpoint);
  }

  private async failed(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { observer, firstRetryMs = FIRST_RETRY_MS } = this.options;
    const retryInMs = Math.min(firstRetryMs * 2 ** this.failures++, LAST_RETRY_MS);
    observer?.failed?.(error, this.failures, retryInMs);
    await pause(retryInMs, signal);
  }

  /** Returns when nobody publishes what is there to be published. */
  private async standBy(signal: AbortSignal): Promise<void> {
    const { store, sink, observer, standbyMs = STANDBY_MS } = this.options;
    observer?.fenced?.();
    let seen: Position | undefined;
    while (!signal.aborted) {
      try {
        const position = (await sink.checkpoint())?.position ?? 0;
        if (position === seen && (await store.lastPosition()) > position) return;
        seen = position;
        this.position = position;
        await pause(standbyMs, signal);
      } catch (error) {
        await this.failed(error, signal);
      }
    }
  }
}
