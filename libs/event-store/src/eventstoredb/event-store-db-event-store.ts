import { setMaxListeners } from 'node:events';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import type { Position, RecordedEvent, SealedEvent, StreamName } from '#lib/events';
import type { EventStore, ReadAll, ReadStream } from '../event-store.js';
import { Anchors } from './anchors.js';
import { Appender } from './appender.js';
import { parseConnectionString } from './connection-string.js';
import { DatabaseClient } from './database-client.js';
import { LiveLog } from './live-log.js';
import { LogEnd } from './log-end.js';
import { OurLog } from './our-log.js';
import { OurStreams } from './our-streams.js';
import { pageOf } from './pages.js';
import { closed, retrying, type OnDisturbance, type Patience } from './patience.js';
import { logPosition, recorded } from './stored-event.js';
import { StreamReader } from './stream-reader.js';

export interface EventStoreDbOptions {
  /** Told of every failure after which something is tried again. */
  readonly onDisturbance?: OnDisturbance;
  /** What the names of our streams begin with in the database; nothing by default. */
  readonly streamPrefix?: string;
  /** How long a call goes on trying while the database cannot be reached. Subscriptions go on for ever. */
  readonly patienceMs?: number;
  /** How long one call may take to be answered, or a read to give its next event, before it is tried again. */
  readonly callMs?: number;
}

const PATIENCE_MS = 15_000;
const CALL_MS = 5_000;

/**
 * The event store in EventStoreDB, or KurrentDB.
 *
 * Streams have the names that they have everywhere, and the position of an event is its commit position. Positions grow,
 * but by as many bytes as lie between two events, and what lies there may be others' events: nothing follows from the
 * difference of two of them.
 */
export class EventStoreDbEventStore implements EventStore {
  private readonly closing = new AbortController();
  private readonly patience: Patience;
  private readonly streams: OurStreams;
  private readonly reader: StreamReader;
  private readonly appender: Appender;
  private readonly anchors: Anchors;
  private readonly log: OurLog;
  private readonly logEnd: LogEnd;
  private readonly live: LiveLog;

  private constructor(
    private readonly client: DatabaseClient,
    { onDisturbance, streamPrefix, patienceMs = PATIENCE_MS, callMs = CALL_MS }: EventStoreDbOptions,
  ) {
    // Every call that is under way listens for the end.
    setMaxListeners(0, this.closing.signal);
    this.patience = { forMs: patienceMs, callMs, signal: this.closing.signal, onDisturbance };
    this.streams = new OurStreams(streamPrefix);
    this.reader = new StreamReader(client, this.streams, this.patience);
    this.appender = new Appender(client, this.streams, this.patience);
    this.anchors = new Anchors((position) => this.isRecord(position));
    this.log = new OurLog(client, this.streams, this.anchors);
    this.logEnd = new LogEnd(client, this.streams, this.patience);
    this.live = new LiveLog(
      () => retrying({ ...this.patience, forMs: Infinity }, () => this.logEnd.position()),
      (after) => this.follow(after, this.closing.signal),
      this.closing.signal,
    );
  }

  /**
   * Nothing is asked of the database before the first call.
   *
   * @throws ConnectionStringError
   */
  static open(connectionString: string, options: EventStoreDbOptions = {}): EventStoreDbEventStore {
    return new EventStoreDbEventStore(DatabaseClient.connect(parseConnectionString(connectionString)), options);
  }

  async append(stream: StreamName, events: readonly SealedEvent[]): Promise<readonly RecordedEvent[]> {
    this.assertOpen();
    if (events.length === 0) return [];
    const appended = await this.appender.append(stream, events);
    for (const { position } of appended) this.noteEvent(position);
    return appended;
  }

  async *readStream(stream: StreamName, options: ReadStream = {}): AsyncIterable<RecordedEvent> {
    this.assertOpen();
    yield* this.reader.read(stream, options);
  }

  async *readAll({ after, limit = Infinity, asWritten = false }: ReadAll): AsyncIterable<readonly RecordedEvent[]> {
    const end = await this.lastPosition();
    if (after >= end || limit <= 0) return;
    let left = limit;
    for await (const events of this.log.after(after, this.patience)) {
      const page = this.page(events, asWritten)
        .filter(({ position }) => position <= end)
        .slice(0, left);
      if (page.length > 0) yield page;
      left -= page.length;
      if (left <= 0 || positionAfter(events) >= end) return;
    }
  }

  async *subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    const ended = AbortSignal.any([signal, this.closing.signal]);
    for (let position = after; !ended.aborted;) {
      const recent = await this.live.after(position, ended);
      if (recent !== undefined) {
        position = recent.at(-1)?.position ?? position;
        if (recent.length > 0) yield recent;
        continue;
      }
      for await (const page of this.follow(position, ended)) {
        position = page.at(-1)?.position ?? position;
        yield page;
        if (this.live.has(position)) break;
      }
    }
  }

  async lastPosition(): Promise<Position> {
    this.assertOpen();
    return this.logEnd.position();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.client.dispose();
  }

  private assertOpen(): void {
    if (this.closing.signal.aborted) throw closed();
  }

  /** Our events after a position, from the database, for ever. */
  private async *follow(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    const patience = { ...this.patience, forMs: Infinity, signal };
    for await (const events of this.log.after(after, patience)) yield this.page(events);
  }

  private page(events: readonly AllStreamResolvedEvent[], asWritten = false): RecordedEvent[] {
    const page = events.map((event) => recorded(event, this.streams, { asWritten }));
    const last = page.at(-1);
    if (last !== undefined) this.noteEvent(last.position);
    return page;
  }

  private noteEvent(position: Position): void {
    this.anchors.note(position);
    this.logEnd.note(position);
  }

  /** Servers answer with an error, or another event, when no record begins at the position. */
  private isRecord(position: Position): Promise<boolean> {
    return retrying(this.patience, async () => {
      const read = this.client.readAll({ fromPosition: logPosition(position), maxCount: 1, requiresLeader: true });
      try {
        const [first] = await pageOf<AllStreamResolvedEvent>(read, this.patience);
        return Number(first?.event?.position.commit) === position;
      } catch (error) {
        if (mayBeAboutThePosition(error)) return false;
        throw error;
      }
    });
  }
}

const positionAfter = (events: readonly AllStreamResolvedEvent[]): Position =>
  Number(events.at(-1)?.event?.position.commit ?? 0);

const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;

const mayBeAboutThePosition = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === UNKNOWN || error.code === INVALID_ARGUMENT);
