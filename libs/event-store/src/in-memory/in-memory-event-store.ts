import type { Position, RecordedEvent, SealedEvent, StreamName } from '#lib/events';
import {
  expectedRevision,
  NO_STREAM,
  WrongExpectedRevisionError,
  type EventStore,
  type ReadAll,
  type ReadStream,
} from '../event-store.js';
import { Subscribers } from '../subscribers.js';

/** The event store without a disk, for unit tests of what is built on it. */
export class InMemoryEventStore implements EventStore {
  /** @param gap - how far apart positions are; some stores count bytes. */
  constructor(private readonly gap = 1) {}

  private readonly log: RecordedEvent[] = [];
  private readonly streams = new Map<StreamName, RecordedEvent[]>();
  private readonly subscribers = new Subscribers();
  private readonly closing = new AbortController();

  async append(stream: StreamName, events: readonly SealedEvent[]): Promise<readonly RecordedEvent[]> {
    if (this.closing.signal.aborted) throw new Error('the event store is closed');
    const known = this.streams.get(stream) ?? [];
    const actual = known.at(-1)?.revision ?? NO_STREAM;
    if (events.length > 0 && expectedRevision(events) !== actual) {
      throw new WrongExpectedRevisionError(stream, expectedRevision(events), actual);
    }
    const recorded = events.map(({ type, data, metadata, revision }, index) => ({
      type,
      data,
      metadata,
      stream,
      revision,
      position: (this.log.length + 1 + index) * this.gap,
    }));
    this.log.push(...recorded);
    this.streams.set(stream, [...known, ...recorded]);
    this.subscribers.wake();
    return recorded;
  }

  async *readStream(stream: StreamName, options: ReadStream = {}): AsyncIterable<RecordedEvent> {
    const { direction = 'forward', from, limit = Infinity } = options;
    const events = this.streams.get(stream) ?? [];
    const ordered = direction === 'forward' ? events : events.toReversed();
    const wanted = ordered.filter(({ revision }) =>
      from === undefined ? true : direction === 'forward' ? revision >= from : revision <= from,
    );
    yield* wanted.slice(0, limit);
  }

  async *readAll({ after, limit = Infinity }: ReadAll): AsyncIterable<readonly RecordedEvent[]> {
    const first = this.countUpTo(after);
    const events = this.log.slice(first, first + limit);
    if (events.length > 0) yield events;
  }

  async *subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    const ended = AbortSignal.any([signal, this.closing.signal]);
    for (let position = after; !ended.aborted;) {
      const events = this.log.slice(this.countUpTo(position));
      if (events.length === 0) {
        await this.subscribers.next(ended);
        continue;
      }
      position = events.at(-1)?.position ?? position;
      yield events;
    }
  }

  async lastPosition(): Promise<Position> {
    return this.log.length * this.gap;
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  private countUpTo(position: Position): number {
    return Math.floor(position / this.gap);
  }
}
