import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { closeSync, existsSync, fsync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** What a client wants to have in a stream. */
export interface ProposedRecord {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event where it stands. */
export interface LogRecord extends ProposedRecord {
  readonly stream: string;
  readonly revision: number;
  /** First byte of the record in the log. */
  readonly position: number;
  /** In units of 100 nanoseconds. */
  readonly created: bigint;
}

export type Expected = 'any' | 'no-stream' | 'stream-exists' | number;

export type AppendOutcome =
  | { readonly kind: 'appended'; readonly last: LogRecord | undefined }
  | { readonly kind: 'wrong-version'; readonly current: number | undefined }
  | { readonly kind: 'deleted' };

export interface DatabaseLogOptions {
  /** Keeps the events in this file, each append on disk before it is answered. */
  readonly file?: string;
  /** After every so many appends the database writes something of its own. 0: never. */
  readonly systemEventEvery?: number;
}

/** What a record takes besides what is in it. */
const RECORD_BYTES = 90;
/** What the database writes before anybody comes. */
const FIRST_EVENTS: readonly (readonly [stream: string, type: string])[] = [
  ['$users', '$User'],
  ['$user-admin', '$UserCreated'],
  ['$user-ops', '$UserCreated'],
  ['$$$user-admin', '$metadata'],
];

interface Stream {
  readonly records: LogRecord[];
  deleted: 'no' | 'softly' | 'for-ever';
}

/** The log of the double: one sequence of records at growing positions, and the streams that they are in. */
export class DatabaseLog {
  readonly records: LogRecord[] = [];
  private readonly streams = new Map<string, Stream>();
  private readonly appended = new EventEmitter().setMaxListeners(0);
  private readonly every: number;
  private file: number | undefined;
  private end = 0;
  private appends = 0;
  private durableRecords = 0;
  /** The sync that is under way, and the one that comes after it. */
  private syncing: Promise<void> = Promise.resolve();
  private nextSync: Promise<void> | undefined;

  constructor({ file, systemEventEvery = 5 }: DatabaseLogOptions = {}) {
    this.every = systemEventEvery;
    if (file !== undefined) this.open(file);
    if (this.records.length === 0) {
      for (const [stream, type] of FIRST_EVENTS) this.appendOwn(stream, type);
    }
  }

  stream(name: string): Stream | undefined {
    return this.streams.get(name);
  }

  /** First byte after the last record. */
  get length(): number {
    return this.end;
  }

  /** How many records are on disk: those that whoever follows the log is told of. */
  get durable(): number {
    return this.file === undefined ? this.records.length : this.durableRecords;
  }

  /** Resolves when all that was appended before is on disk. Appends that come while the disk is busy share a sync. */
  flushed(): Promise<void> {
    if (this.file === undefined) return Promise.resolve();
    this.nextSync ??= this.sync(this.file);
    return this.nextSync;
  }

  append(name: string, expected: Expected, proposed: readonly ProposedRecord[]): AppendOutcome {
    const stream = this.streams.get(name);
    if (stream?.deleted === 'for-ever') return { kind: 'deleted' };
    const current = stream?.deleted === 'no' ? stream.records.at(-1)?.revision : undefined;
    if (!isMet(expected, current)) {
      const before = this.appendedBefore(stream, expected, proposed);
      return before === undefined ? { kind: 'wrong-version', current } : { kind: 'appended', last: before };
    }
    if (expected === 'any' || expected === 'stream-exists') {
      const before = this.appendedBefore(stream, expected, proposed);
      if (before !== undefined) return { kind: 'appended', last: before };
    }
    const written = this.write(name, proposed);
    if (this.every > 0 && ++this.appends % this.every === 0) this.appendOwn('$stats-127.0.0.1:2113', '$statsCollected');
    return { kind: 'appended', last: written.at(-1) };
  }

  /** @returns `false` when the stream is not at the expected revision. */
  delete(name: string, expected: Expected, how: 'softly' | 'for-ever'): boolean {
    const stream = this.streams.get(name) ?? { records: [], deleted: 'no' };
    if (!isMet(expected, stream.records.at(-1)?.revision)) return false;
    this.streams.set(name, stream);
    stream.deleted = how;
    if (how === 'for-ever') this.appendOwn(name, '$streamDeleted');
    else this.appendOwn(`$$${name}`, '$metadata');
    return true;
  }

  /** Writes an event as the database does for itself. */
  appendOwn(stream: string, type: string): LogRecord {
    const data = Buffer.from(JSON.stringify({ of: 'the database itself' }));
    const own = { id: randomUUID(), type, contentType: 'application/json', data, metadata: new Uint8Array() };
    const [record] = this.write(stream, [own]);
    if (record === undefined) throw new Error('nothing was written');
    return record;
  }

  /** Index of the first record at or after a position. */
  indexOf(position: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.records[middle]?.position ?? Infinity) >= position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Resolves when more is durable, or when the signal is aborted. */
  async grown(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.appended.off('appended', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.appended.once('appended', done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** A client that sends again what it sent before is told that it is there. */
  private appendedBefore(
    stream: Stream | undefined,
    expected: Expected,
    proposed: readonly ProposedRecord[],
  ): LogRecord | undefined {
    const [first] = proposed;
    if (stream === undefined || first === undefined) return undefined;
    const start =
      typeof expected === 'number'
        ? expected + 1
        : expected === 'no-stream'
          ? 0
          : stream.records.findIndex(({ id }) => id === first.id);
    const there = start < 0 ? [] : stream.records.slice(start, start + proposed.length);
    return there.length === proposed.length && there.every(({ id }, index) => id === proposed[index]?.id)
      ? there.at(-1)
      : undefined;
  }

  private write(name: string, proposed: readonly ProposedRecord[]): LogRecord[] {
    const created = BigInt(Date.now()) * 10_000n;
    let revision = this.streams.get(name)?.records.length ?? 0;
    const records = proposed.map((event): LogRecord => {
      const record = { ...event, stream: name, revision: revision++, position: this.end, created };
      this.end += sizeOf(record);
      return record;
    });
    this.persist(records);
    this.add(records);
    if (this.file === undefined) this.appended.emit('appended');
    // Whoever waits for it is told what goes wrong.
    else this.flushed().catch(() => undefined);
    return records;
  }

  private add(records: readonly LogRecord[]): void {
    for (const record of records) {
      const stream = this.streams.get(record.stream) ?? { records: [], deleted: 'no' };
      this.streams.set(record.stream, stream);
      stream.records.push(record);
      if (record.type === '$streamDeleted') stream.deleted = 'for-ever';
      else if (stream.deleted === 'softly') stream.deleted = 'no';
      this.records.push(record);
      this.end = record.position + sizeOf(record);
    }
  }

  private persist(records: readonly LogRecord[]): void {
    if (this.file === undefined) return;
    const text = records.map(({ data, metadata, created, ...record }) => ({
      ...record,
      data: Buffer.from(data).toString('base64'),
      metadata: Buffer.from(metadata).toString('base64'),
      created: created.toString(),
    }));
    writeSync(this.file, `${JSON.stringify(text)}\n`);
  }

  private async sync(file: number): Promise<void> {
    await this.syncing;
    this.nextSync = undefined;
    const records = this.records.length;
    const syncing = promisify(fsync)(file);
    this.syncing = syncing.catch(() => undefined);
    await syncing;
    this.durableRecords = records;
    this.appended.emit('appended');
  }

  /** An append whose line is not whole was never answered. */
  private open(file: string): void {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').filter((each) => each !== '')) {
      const records = JSON.parse(line) as (Omit<LogRecord, 'data' | 'metadata' | 'created'> & {
        data: string;
        metadata: string;
        created: string;
      })[];
      this.add(
        records.map((record) => ({
          ...record,
          data: bytesOf(record.data),
          metadata: bytesOf(record.metadata),
          created: BigInt(record.created),
        })),
      );
    }
    this.durableRecords = this.records.length;
    this.file = openSync(file, 'a');
    if (whole.length < text.length) ftruncateSync(this.file, Buffer.byteLength(whole));
  }
}

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

const isMet = (expected: Expected, current: number | undefined): boolean => {
  switch (expected) {
    case 'any':
      return true;
    case 'no-stream':
      return current === undefined;
    case 'stream-exists':
      return current !== undefined;
    default:
      return current === expected;
  }
};

const sizeOf = ({ stream, type, data, metadata }: LogRecord): number =>
  RECORD_BYTES + Buffer.byteLength(stream) + Buffer.byteLength(type) + data.byteLength + metadata.byteLength;
