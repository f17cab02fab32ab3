import { open, type Database, type RootDatabase } from 'lmdb';
import { LRUCache } from 'lru-cache';
import {
  unseal,
  upcast,
  type Position,
  type RecordedEvent,
  type Revision,
  type SealedEvent,
  type StreamName,
} from '#lib/events';
import {
  expectedRevision,
  NO_STREAM,
  WrongExpectedRevisionError,
  type EventStore,
  type ReadAll,
  type ReadStream,
} from '../event-store.js';
import { RecentEvents } from '../recent-events.js';
import { Subscribers } from '../subscribers.js';

const HASH_BYTES = 32;
const PAGE = 512;
/** Upper bound of one commit, so that a burst cannot hold the answer of its first writer back for long. */
const MAX_EVENTS_PER_COMMIT = 1_024;
const LAST = Number.MAX_SAFE_INTEGER;

interface PendingAppend {
  readonly stream: StreamName;
  readonly events: readonly SealedEvent[];
  readonly resolve: (recorded: readonly RecordedEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The event store in one LMDB file.
 *
 * One table holds the events by position, the other says at which positions a stream's events are. All appends that
 * arrive while a commit is being synced share the next one. LMDB needs no recovery: after a crash the file is as of the
 * last commit. One process at a time may append; others may read.
 */
export class EmbeddedEventStore implements EventStore {
  private readonly events: Database<Buffer, number>;
  private readonly streams: Database<number, [string, number]>;
  private readonly revisions = new LRUCache<StreamName, Revision>({ max: 50_000 });
  private readonly recent: RecentEvents;
  private readonly subscribers = new Subscribers();
  private readonly closing = new AbortController();
  private queue: PendingAppend[] = [];
  private committing: Promise<void> | undefined;
  private position: Position;

  private constructor(private readonly root: RootDatabase) {
    this.events = root.openDB<Buffer, number>({ name: 'events', encoding: 'binary' });
    this.streams = root.openDB<number, [string, number]>({ name: 'streams', encoding: 'ordered-binary' });
    this.position = this.storedPosition();
    this.recent = new RecentEvents(this.position);
  }

  /**
   * @param path - the LMDB file; its directory must exist.
   * @param readOnly - for tools that look at the log of a running server.
   */
  static open(path: string, { readOnly = false } = {}): EmbeddedEventStore {
    return new EmbeddedEventStore(open({ path, readOnly, maxDbs: 4, noMemInit: true }));
  }

  append(stream: StreamName, events: readonly SealedEvent[]): Promise<readonly RecordedEvent[]> {
    if (events.length === 0) return Promise.resolve([]);
    if (this.closing.signal.aborted) return Promise.reject(new Error('the event store is closed'));
    return new Promise((resolve, reject) => {
      this.queue.push({ stream, events, resolve, reject });
      this.committing ??= Promise.resolve().then(() => this.commitAll());
    });
  }

  async *readStream(stream: StreamName, options: ReadStream = {}): AsyncIterable<RecordedEvent> {
    if (!this.isKnown(stream)) return;
    for (const position of this.positionsOf(stream, options)) {
      const value = this.events.get(position);
      if (value !== undefined) yield decode(position, value);
    }
  }

  async *readAll({ after, limit = Infinity, asWritten = false }: ReadAll): AsyncIterable<readonly RecordedEvent[]> {
    let left = limit;
    for (let position = after; left > 0;) {
      const page = this.page(position, Math.min(PAGE, left), asWritten);
      if (page.length === 0) return;
      yield page;
      position = page.at(-1)?.position ?? position;
      left -= page.length;
    }
  }

  async *subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    const ended = AbortSignal.any([signal, this.closing.signal]);
    for (let position = after; !ended.aborted;) {
      if (position >= this.position) {
        await this.subscribers.next(ended);
        continue;
      }
      const events = this.recent.after(position) ?? this.page(position, PAGE);
      position = events.at(-1)?.position ?? position;
      yield events;
    }
  }

  lastPosition(): Promise<Position> {
    return Promise.resolve(this.position);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.committing;
    await this.root.close();
  }

  private async commitAll(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.takeBatch();
      try {
        await this.commit(batch);
      } catch (error) {
        // Nothing of it can be told to be there: forget what was worked out, and look at the file again.
        this.revisions.clear();
        this.position = this.storedPosition();
        this.recent.restart(this.position);
        this.subscribers.wake();
        for (const { reject } of batch) reject(error);
      }
    }
    this.committing = undefined;
  }

  private takeBatch(): PendingAppend[] {
    let events = 0;
    let count = 0;
    while (count < this.queue.length && events < MAX_EVENTS_PER_COMMIT)
      events += this.queue[count++]?.events.length ?? 0;
    return this.queue.splice(0, count);
  }

  /** One LMDB transaction and one sync for everybody in the batch whose expectation holds. */
  private async commit(batch: readonly PendingAppend[]): Promise<void> {
    const first = this.position + 1;
    let next = first;
    const accepted: { append: PendingAppend; recorded: RecordedEvent[] }[] = [];
    for (const append of batch) {
      const expected = expectedRevision(append.events);
      const actual = this.revisionOf(append.stream);
      if (expected !== actual) {
        append.reject(new WrongExpectedRevisionError(append.stream, expected, actual));
        continue;
      }
      const recorded = append.events.map((event) => recordedAt(next++, event));
      this.revisions.set(append.stream, actual + recorded.length);
      accepted.push({ append, recorded });
    }
    if (accepted.length === 0) return;
    await this.root.batch(() => {
      let position = first;
      for (const { append } of accepted) {
        for (const event of append.events) {
          void this.events.put(position, encode(event));
          void this.streams.put([event.stream, event.revision], position);
          position++;
        }
      }
    });
    await this.root.flushed;
    for (const { append, recorded } of accepted) {
      recorded.forEach((event, index) => this.recent.add(event, append.events[index]?.canonical.length ?? 0));
    }
    this.position = next - 1;
    this.subscribers.wake();
    for (const { append, recorded } of accepted) append.resolve(recorded);
  }

  private page(after: Position, limit: number, asWritten = false): RecordedEvent[] {
    const page: RecordedEvent[] = [];
    // Never beyond what has been synced: a commit is visible before it is durable.
    const range = { start: after + 1, end: this.position + 1, limit };
    for (const { key, value } of this.events.getRange(range))
      page.push(asWritten ? decodeAsWritten(key, value) : decode(key, value));
    return page;
  }

  private positionsOf(stream: StreamName, { from, direction = 'forward', limit }: ReadStream): Iterable<Position> {
    const range =
      direction === 'forward'
        ? { start: [stream, from ?? 0], end: [stream, LAST] }
        : { start: [stream, from ?? LAST], end: [stream, NO_STREAM], reverse: true };
    return this.streams
      .getRange({ ...range, ...(limit === undefined ? {} : { limit }) })
      .map(({ value }) => value)
      .filter((position) => position <= this.position);
  }

  /** Looking for one key costs a fraction of looking through a range, and most new images and streams are unknown. */
  private isKnown(stream: StreamName): boolean {
    return this.revisions.has(stream) || this.streams.get([stream, 0]) !== undefined;
  }

  private revisionOf(stream: StreamName): Revision {
    const cached = this.revisions.get(stream);
    if (cached !== undefined) return cached;
    if (!this.isKnown(stream)) return NO_STREAM;
    const range = { start: [stream, LAST], end: [stream, NO_STREAM], reverse: true, limit: 1 };
    for (const key of this.streams.getKeys(range)) return key[1];
    return NO_STREAM;
  }

  private storedPosition(): Position {
    for (const key of this.events.getKeys({ reverse: true, limit: 1 })) return key;
    return 0;
  }
}

function recordedAt(position: Position, { type, data, metadata, stream, revision }: SealedEvent): RecordedEvent {
  return { type, data, metadata, stream, revision, position };
}

function encode({ metadata, canonical }: SealedEvent): Buffer {
  const size = Buffer.byteLength(canonical);
  const value = Buffer.allocUnsafe(HASH_BYTES + size);
  value.write(metadata.hash, 0, 'hex');
  value.write(canonical, HASH_BYTES, 'utf8');
  return value;
}

const decode = (position: Position, value: Buffer): RecordedEvent => upcast(decodeAsWritten(position, value));

function decodeAsWritten(position: Position, value: Buffer): RecordedEvent {
  const hash = value.toString('hex', 0, HASH_BYTES);
  return { ...unseal(value.toString('utf8', HASH_BYTES), hash), position };
}
