import { jsonEvent, type JSONEventData, type Position as LogPosition, type ResolvedEvent } from '@eventstore/db-client';
import { upcast, type EventMetadata, type Position, type RecordedEvent, type SealedEvent } from '#lib/events';
import { EventStoreError } from '../event-store.js';
import type { OurStreams } from './our-streams.js';

/** An event as the database keeps it: its data as JSON, and what stands beside it, the hash included, as its metadata. */
export const proposed = ({ type, data, metadata }: SealedEvent): JSONEventData =>
  jsonEvent({ id: metadata.id, type, data: { ...data }, metadata: { ...metadata } });

/**
 * Reads back what {@link proposed} wrote.
 *
 * @throws EventStoreError for an event that Tagline did not write, and for one whose position the server does not say.
 */
export function recorded({ event }: ResolvedEvent, streams: OurStreams, { asWritten = false } = {}): RecordedEvent {
  if (event === undefined) throw new EventStoreError('foreign-event', 'the log holds an event that cannot be read');
  const { streamId, type, data, metadata, revision, position } = event;
  const stream = streams.ours(streamId);
  if (stream === undefined || !isMetadata(metadata) || metadata.id !== event.id || !isObject(data)) {
    throw new EventStoreError(
      'foreign-event',
      `event ${revision} of stream ${streamId} was not written by Tagline: streams called ${streams.prefixes.map((prefix) => `${prefix}*`).join(', ')} must be Tagline's alone`,
    );
  }
  const written: RecordedEvent = {
    type,
    data,
    metadata,
    stream,
    revision: Number(revision),
    position: positionOf(position, streamId),
  };
  return asWritten ? written : upcast(written);
}

/**
 * Where the log has an event. The database counts bytes, in 64 bits; a log that outgrows a JavaScript number has nine
 * petabytes.
 *
 * @throws EventStoreError when the server does not say it, or says it in two numbers, as for events of the transactions
 * that old clients wrote.
 */
export function positionOf(position: LogPosition | undefined, stream: string): Position {
  if (position === undefined || position.commit > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new EventStoreError(
      'unsupported',
      'the server does not say where in its log an event of a stream is: EventStoreDB 22.6 and later do',
    );
  }
  if (position.commit !== position.prepare) {
    throw new EventStoreError('unsupported', `an event of stream ${stream} was written in an explicit transaction`);
  }
  return Number(position.commit);
}

/** The position as the database wants to be told it. */
export const logPosition = (position: Position): LogPosition => ({
  commit: BigInt(position),
  prepare: BigInt(position),
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

function isMetadata(value: unknown): value is EventMetadata {
  if (!isObject(value)) return false;
  const { id, hash, previousHash, schemaVersion, part } = value as Partial<EventMetadata>;
  return (
    typeof id === 'string' &&
    typeof hash === 'string' &&
    typeof previousHash === 'string' &&
    typeof schemaVersion === 'number' &&
    typeof part?.index === 'number' &&
    typeof part.count === 'number'
  );
}
