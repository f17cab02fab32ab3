import { randomUUID } from 'node:crypto';
import type { DatabaseLog, LogRecord } from './database-log.js';
import { invalidPosition, streamDeleted } from './grpc-failure.js';
import {
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  eventMessage,
  notFoundMessage,
} from './record-message.js';
import type { ReadRequest } from './read-request.js';
import type { protocol } from './protocol.js';

type Message = InstanceType<typeof protocol.streams.ReadResp>;

/** Answers reads and subscriptions from the log. */
export class Reader {
  constructor(
    private readonly log: DatabaseLog,
    /** Whether readers of a stream are told where its events are in the log. Servers before 22.6 did not. */
    private readonly positionsInStreams: boolean,
  ) {}

  /** The messages of an answer. Those of a subscription end with the signal. */
  answer(request: ReadRequest, signal: AbortSignal): AsyncIterable<Message> {
    return request.count === undefined ? this.subscribe(request, signal) : this.read(request, request.count);
  }

  private async *read(request: ReadRequest, count: number): AsyncIterable<Message> {
    const { stream, filter } = request;
    const found = stream === undefined ? this.ofLog(request) : this.ofStream(stream, request);
    if (found === undefined) {
      yield notFoundMessage(stream ?? '');
      return;
    }
    let left = count;
    for (const record of found) {
      if (filter !== undefined && !filter.accepts(record)) continue;
      if (left-- <= 0) return;
      yield eventMessage(record, stream === undefined || this.positionsInStreams);
    }
  }

  private *ofLog({ from, backwards }: ReadRequest): Iterable<LogRecord> {
    const { records } = this.log;
    if (!backwards) {
      for (let index = this.start(from); index < records.length; index++) yield records[index] as LogRecord;
      return;
    }
    // A position is where a record begins, and what is read backward ends before it.
    for (let index = this.start(from) - 1; index >= 0; index--) yield records[index] as LogRecord;
  }

  private ofStream(name: string, { from, backwards }: ReadRequest): readonly LogRecord[] | undefined {
    const stream = this.log.stream(name);
    if (stream?.deleted === 'for-ever') throw streamDeleted(name);
    if (stream === undefined || stream.deleted === 'softly') return undefined;
    const { records } = stream;
    // A record of a stream stands at its revision.
    if (typeof from === 'number') return backwards ? records.slice(0, from + 1).toReversed() : records.slice(from);
    if ((from === 'start') === backwards) return [];
    return backwards ? records.toReversed() : records;
  }

  /** @throws for a position at which no record begins. */
  private start(from: ReadRequest['from']): number {
    if (from === 'start') return 0;
    if (from === 'end' || from >= this.log.length) return this.log.records.length;
    const index = this.log.indexOf(from);
    if (this.log.records[index]?.position !== from) throw invalidPosition();
    return index;
  }

  private async *subscribe({ stream, from, filter }: ReadRequest, signal: AbortSignal): AsyncIterable<Message> {
    const { records } = this.log;
    // What a subscription begins with is the first after the place that it is given.
    const after = (record: LogRecord): boolean =>
      typeof from !== 'number' || (stream === undefined ? record.position : record.revision) > from;
    let next = stream !== undefined && from !== 'end' ? 0 : this.start(from);
    yield confirmationMessage(randomUUID());
    let considered = 0;
    let caughtUp = false;
    while (!signal.aborted) {
      const record = next < this.log.durable ? records[next] : undefined;
      if (record === undefined) {
        if (!caughtUp) {
          const last = records[next - 1];
          if (filter !== undefined && last !== undefined) yield checkpointMessage(last.position);
          yield caughtUpMessage();
          caughtUp = true;
        }
        // Something may have come while the messages were sent.
        if (next >= this.log.durable) await this.log.grown(signal);
        continue;
      }
      next++;
      if (after(record) && (stream === undefined ? (filter?.accepts(record) ?? true) : record.stream === stream)) {
        yield eventMessage(record, stream === undefined || this.positionsInStreams);
      }
      if (filter !== undefined && ++considered % filter.checkpointEvery === 0) yield checkpointMessage(record.position);
    }
  }
}
