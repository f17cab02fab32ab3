import type { Position, RecordedEvent, SealedEvent, StreamName } from '#lib/events';
import type { EventStore, ReadAll, ReadStream } from './event-store.js';
import type { StoreInstruments } from './store-instruments.js';

/** A store that tells how long its appends take, and brings instruments to whatever works on it. */
export class InstrumentedEventStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    readonly instruments: StoreInstruments,
  ) {}

  async append(stream: StreamName, events: readonly SealedEvent[]): Promise<readonly RecordedEvent[]> {
    const begun = performance.now();
    const recorded = await this.store.append(stream, events);
    this.instruments.appended?.({ events: events.length, seconds: (performance.now() - begun) / 1_000 });
    return recorded;
  }

  readStream(stream: StreamName, options?: ReadStream): AsyncIterable<RecordedEvent> {
    return this.store.readStream(stream, options);
  }

  readAll(options: ReadAll): AsyncIterable<readonly RecordedEvent[]> {
    return this.store.readAll(options);
  }

  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    return this.store.subscribe(after, signal);
  }

  lastPosition(): Promise<Position> {
    return this.store.lastPosition();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
