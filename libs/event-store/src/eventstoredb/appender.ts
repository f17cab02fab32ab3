import { NO_STREAM as NEW_STREAM, WrongExpectedVersionError } from '@eventstore/db-client';
import type { RecordedEvent, Revision, SealedEvent, StreamName } from '#lib/events';
import { EventStoreError, expectedRevision, NO_STREAM, WrongExpectedRevisionError } from '../event-store.js';
import type { DatabaseClient } from './database-client.js';
import { wasNotDone } from './failures.js';
import type { OurStreams } from './our-streams.js';
import { Retries, within, type Patience } from './patience.js';
import { positionOf, proposed } from './stored-event.js';
import { StreamReader } from './stream-reader.js';

/** The client is told when to give up, and has this much longer to do so. */
const GRACE_MS = 500;

/**
 * Appends events, and does not answer before it knows how that went.
 *
 * When the answer to an append is lost, nobody can tell whether it was done, or will be: it may still be on its way. So
 * the stream is asked for the events, and if it has none at their place they are sent again as they are, with the same
 * identifiers and for the same place. The server takes them once.
 */
export class Appender {
  private readonly reader: StreamReader;

  constructor(
    private readonly client: DatabaseClient,
    private readonly streams: OurStreams,
    private readonly patience: Patience,
  ) {
    // The patience of the append is for all that belongs to it.
    this.reader = new StreamReader(client, streams, { ...patience, forMs: 0, onDisturbance: undefined });
  }

  /**
   * @throws WrongExpectedRevisionError
   * @throws EventStoreError
   */
  async append(stream: StreamName, events: readonly SealedEvent[]): Promise<readonly RecordedEvent[]> {
    const retries = new Retries(this.patience);
    let uncertain = false;
    for (;;) {
      try {
        const found = uncertain ? await this.find(stream, events) : undefined;
        if (found !== undefined) return found;
        const sent = await this.send(stream, events, uncertain);
        if (sent !== undefined) return sent;
        uncertain = true;
        const written = await this.find(stream, events);
        if (written !== undefined) return written;
        throw new Error('what was appended cannot be read yet');
      } catch (error) {
        if (error instanceof WrongExpectedRevisionError) throw error;
        if (!wasNotDone(error)) uncertain = true;
        await retries.failed(error).catch((failure: unknown) => {
          throw uncertain ? outcomeUnknown(stream, failure) : failure;
        });
      }
    }
  }

  /** @returns the events where the server's answer says where they are. It says that only of the last. */
  private async send(
    stream: StreamName,
    events: readonly SealedEvent[],
    repeated: boolean,
  ): Promise<readonly RecordedEvent[] | undefined> {
    const expected = expectedRevision(events);
    try {
      const appending = this.client.appendToStream(this.streams.inDatabase(stream), events.map(proposed), {
        expectedRevision: expected === NO_STREAM ? NEW_STREAM : BigInt(expected),
        requiresLeader: true,
        deadline: this.patience.callMs,
      });
      const { position } = await within(this.patience.callMs + GRACE_MS, appending);
      const [only, ...others] = events;
      if (only === undefined || others.length > 0 || repeated || position === undefined) return undefined;
      return [recordedAt(positionOf(position, stream), only)];
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      // Whoever sent something before may have been overtaken by themselves.
      const found = repeated ? await this.find(stream, events) : undefined;
      if (found !== undefined) return found;
      throw new WrongExpectedRevisionError(stream, expected, revisionOf(error));
    }
  }

  /**
   * The events, if they are in the stream.
   *
   * @throws WrongExpectedRevisionError when others are in their place, which then can never be theirs.
   */
  private async find(
    stream: StreamName,
    events: readonly SealedEvent[],
  ): Promise<readonly RecordedEvent[] | undefined> {
    const expected = expectedRevision(events);
    const there: RecordedEvent[] = [];
    for await (const event of this.reader.read(stream, { from: expected + 1, limit: events.length })) {
      there.push(event);
    }
    if (there.length === 0) return undefined;
    if (there.every(({ metadata }, index) => metadata.id === events[index]?.metadata.id)) {
      return there.length === events.length ? there : undefined;
    }
    let actual = expected;
    for await (const { revision } of this.reader.read(stream, { direction: 'backward', limit: 1 })) actual = revision;
    throw new WrongExpectedRevisionError(stream, expected, actual);
  }
}

const recordedAt = (position: number, { type, data, metadata, stream, revision }: SealedEvent): RecordedEvent => ({
  type,
  data,
  metadata,
  stream,
  revision,
  position,
});

const revisionOf = ({ actualVersion }: WrongExpectedVersionError): Revision =>
  typeof actualVersion === 'bigint' ? Number(actualVersion) : NO_STREAM;

const outcomeUnknown = (stream: StreamName, failure: unknown): EventStoreError =>
  new EventStoreError(
    'outcome-unknown',
    `the event store did not say whether it appended to ${stream}: ${failure instanceof Error ? failure.message : ''}`,
  );
