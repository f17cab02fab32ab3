import type { Position, RecordedEvent, Revision, SealedEvent, StreamName } from '#lib/events';
import type { StoreInstruments } from './store-instruments.js';

export { EventStoreError, type EventStoreFailure } from './event-store-error.js';

/**
 * The log of everything that happened, and the only truth.
 *
 * Every adapter passes the suite in `event-store.contract.ts`.
 */
export interface EventStore {
  /** By what commands and projections on this store are traced and measured; absent where nobody wants to know. */
  readonly instruments?: StoreInstruments;

  /**
   * Appends events to the end of one stream, all or none. Answered when they are on stable storage.
   *
   * The events carry the revisions that they expect to get: the append is refused unless the first follows the last
   * event of the stream.
   *
   * @throws WrongExpectedRevisionError when somebody else appended meanwhile.
   * @throws EventStoreError, of which only `outcome-unknown` leaves open whether the events are in the store.
   */
  append(stream: StreamName, events: readonly SealedEvent[]): Promise<readonly RecordedEvent[]>;

  /** The events of one stream in order of their revision; none for an unknown stream. */
  readStream(stream: StreamName, options?: ReadStream): AsyncIterable<RecordedEvent>;

  /** Everything after a position that is in the store now, in order, in pages. */
  readAll(options: ReadAll): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * Everything after a position, and then everything that comes, in order, once, without a gap between the two. Ends
   * when `signal` is aborted or the store is closed. A slow reader holds up nobody.
   */
  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * Position of the last event; 0 for an empty store. It is never less than that of an event whose append was answered
   * before, also by another process.
   */
  lastPosition(): Promise<Position>;

  close(): Promise<void>;
}

export interface ReadStream {
  /** First revision to return; default the first (or, backwards, the last) of the stream. */
  readonly from?: Revision;
  readonly direction?: 'forward' | 'backward';
  readonly limit?: number;
}

export interface ReadAll {
  /** Exclusive: 0 reads from the start. */
  readonly after: Position;
  readonly limit?: number;
  /** Give events in the schema version that they were written in: their hashes cover that one. */
  readonly asWritten?: boolean;
}

export class WrongExpectedRevisionError extends Error {
  constructor(
    readonly stream: StreamName,
    readonly expected: Revision,
    readonly actual: Revision,
  ) {
    super(`${stream} is at revision ${actual}, not ${expected}`);
    this.name = 'WrongExpectedRevisionError';
  }
}

/** Revision of a stream without events. */
export const NO_STREAM: Revision = -1;

/** Nest token of the store that the app binds. */
export const EVENT_STORE = Symbol('EventStore');

/** The revision after which `events` want to be appended. */
export const expectedRevision = (events: readonly SealedEvent[]): Revision => (events[0]?.revision ?? 0) - 1;
