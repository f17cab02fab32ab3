import type { LogRecord } from './database-log.js';
import { identifierOf, protocol } from './protocol.js';

const { ReadResp } = protocol.streams;

/** What old servers say of a position that they do not know. */
const NO_POSITION = '18446744073709551615';

/** @param positioned - whether the reader is told where in the log the event is. */
export function eventMessage(record: LogRecord, positioned: boolean): InstanceType<typeof ReadResp> {
  const position = positioned ? `${record.position}` : NO_POSITION;
  const event = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new protocol.shared.UUID().setString(record.id))
    .setStreamIdentifier(identifierOf(record.stream))
    .setStreamRevision(`${record.revision}`)
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(Buffer.from(record.data).toString('base64'))
    .setCustomMetadata(Buffer.from(record.metadata).toString('base64'));
  event
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.contentType)
    .set('created', `${record.created}`);
  const read = new ReadResp.ReadEvent().setEvent(event);
  if (positioned) read.setCommitPosition(position);
  else read.setNoPosition(new protocol.shared.Empty());
  return new ReadResp().setEvent(read);
}

export const checkpointMessage = (position: number): InstanceType<typeof ReadResp> =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint().setCommitPosition(`${position}`).setPreparePosition(`${position}`),
  );

export const confirmationMessage = (id: string): InstanceType<typeof ReadResp> =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const caughtUpMessage = (): InstanceType<typeof ReadResp> => new ReadResp().setCaughtUp(new ReadResp.CaughtUp());

export const notFoundMessage = (stream: string): InstanceType<typeof ReadResp> =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream)));
