import type { ServerDuplexStream, ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import googleEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { AppendOutcome, DatabaseLog, Expected, ProposedRecord } from './database-log.js';
import { appendTooLarge, streamDeleted } from './grpc-failure.js';
import { identifierOf, nameOf, protocol } from './protocol.js';

const { shared, streams, status } = protocol;
type AppendReq = InstanceType<typeof streams.AppendReq>;
type AppendResp = InstanceType<typeof streams.AppendResp>;
type BatchAppendReq = InstanceType<typeof streams.BatchAppendReq>;
type BatchAppendResp = InstanceType<typeof streams.BatchAppendResp>;
type Proposed = InstanceType<typeof streams.AppendReq.ProposedMessage | typeof streams.BatchAppendReq.ProposedMessage>;

export interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedRecord[];
}

/** Which of the four ways to expect something a request says. */
interface SaysExpected {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

export function expectedOf(options: SaysExpected, revision: string): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  return options.hasStreamExists() ? 'stream-exists' : Number(revision);
}

/** Collects the messages of an append. */
export async function appendOf(call: ServerReadableStream<AppendReq, AppendResp>): Promise<Append> {
  let stream = '';
  let expected: Expected = 'any';
  const events: ProposedRecord[] = [];
  for await (const message of call as AsyncIterable<AppendReq>) {
    const options = message.getOptions();
    const proposed = message.getProposedMessage();
    if (options !== undefined) {
      stream = nameOf(options.getStreamIdentifier());
      expected = expectedOf(options, options.getRevision());
    }
    if (proposed !== undefined) events.push(recordOf(proposed));
  }
  return { stream, expected, events };
}

/** @throws as the database does. */
export function perform(log: DatabaseLog, { stream, expected, events }: Append, maxBytes: number): AppendOutcome {
  const size = events.reduce((sum, { data, metadata }) => sum + data.byteLength + metadata.byteLength, 0);
  if (size > maxBytes) throw appendTooLarge(maxBytes);
  const outcome = log.append(stream, expected, events);
  if (outcome.kind === 'deleted') throw streamDeleted(stream);
  return outcome;
}

export function answer(outcome: AppendOutcome, expected: Expected, respond: sendUnaryData<AppendResp>): void {
  const response = new streams.AppendResp();
  if (outcome.kind === 'appended') {
    const success = new streams.AppendResp.Success();
    if (outcome.last === undefined) {
      success.setNoStream(new shared.Empty()).setNoPosition(new shared.Empty());
    } else {
      const position = `${outcome.last.position}`;
      success
        .setCurrentRevision(`${outcome.last.revision}`)
        .setPosition(new streams.AppendResp.Position().setCommitPosition(position).setPreparePosition(position));
    }
    respond(null, response.setSuccess(success));
    return;
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.kind === 'wrong-version' && outcome.current !== undefined) {
    wrong.setCurrentRevision(`${outcome.current}`);
  } else wrong.setCurrentNoStream(new shared.Empty());
  if (expected === 'no-stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else wrong.setExpectedRevision(`${expected}`);
  respond(null, response.setWrongExpectedVersion(wrong));
}

const WRONG_VERSION = 'event_store.client.WrongExpectedVersion';
const TOO_LARGE = 'event_store.client.MaximumAppendSizeExceeded';
const DELETED = 'event_store.client.StreamDeleted';

/** Answers the appends that come over one long call. */
export function answerBatches(
  call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
  append: (append: Append) => Promise<AppendOutcome>,
  maxBytes: number,
): void {
  const begun = new Map<string, { stream: string; expected: Expected; events: ProposedRecord[] }>();
  call.on('data', (message: BatchAppendReq) => {
    const id = message.getCorrelationId()?.getString() ?? '';
    const options = message.getOptions();
    const batch = begun.get(id) ?? { stream: '', expected: 'any', events: [] };
    begun.set(id, batch);
    if (options !== undefined) {
      batch.stream = nameOf(options.getStreamIdentifier());
      batch.expected = expectedOf(options, options.getStreamPosition());
    }
    batch.events.push(...message.getProposedMessagesList().map(recordOf));
    if (!message.getIsFinal()) return;
    begun.delete(id);
    const response = new streams.BatchAppendResp()
      .setCorrelationId(message.getCorrelationId())
      .setStreamIdentifier(identifierOf(batch.stream));
    append(batch).then(
      (outcome) => call.write(withOutcome(response, outcome, batch.expected)),
      (error: unknown) => {
        const exception = exceptionOf(error);
        if (exception === undefined) call.emit('error', error);
        else call.write(response.setError(refusal(exception, batch.stream, maxBytes)));
      },
    );
  });
  call.on('end', () => call.end());
  call.on('error', () => undefined);
}

function withOutcome(response: BatchAppendResp, outcome: AppendOutcome, expected: Expected): BatchAppendResp {
  if (outcome.kind === 'appended') {
    const success = new streams.BatchAppendResp.Success();
    const position = `${outcome.last?.position ?? 0}`;
    return response.setSuccess(
      success
        .setCurrentRevision(`${outcome.last?.revision ?? 0}`)
        .setPosition(new shared.AllStreamPosition().setCommitPosition(position).setPreparePosition(position)),
    );
  }
  // Here emptiness is Google's, and not the protocol's own.
  const wrong = new shared.WrongExpectedVersion();
  if (outcome.kind === 'wrong-version' && outcome.current !== undefined) {
    wrong.setCurrentStreamRevision(`${outcome.current}`);
  } else wrong.setCurrentNoStream(new googleEmpty.Empty());
  if (expected === 'no-stream') wrong.setExpectedNoStream(new googleEmpty.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new googleEmpty.Empty());
  else if (expected === 'any') wrong.setExpectedAny(new googleEmpty.Empty());
  else wrong.setExpectedStreamPosition(`${expected}`);
  return response.setError(packed(WRONG_VERSION, wrong.serializeBinary()));
}

function refusal(exception: string, stream: string, maxBytes: number): InstanceType<typeof status.Status> {
  return exception === 'stream-deleted'
    ? packed(DELETED, new shared.StreamDeleted().setStreamIdentifier(identifierOf(stream)).serializeBinary())
    : packed(TOO_LARGE, new shared.MaximumAppendSizeExceeded().setMaxappendsize(maxBytes).serializeBinary());
}

function packed(type: string, bytes: Uint8Array): InstanceType<typeof status.Status> {
  const details = new any.Any();
  details.pack(bytes, type);
  return new status.Status().setMessage(type).setDetails(details);
}

function exceptionOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('metadata' in error)) return undefined;
  const [name] = (error.metadata as { get(key: string): unknown[] }).get('exception');
  return name === 'stream-deleted' || name === 'maximum-append-size-exceeded' ? name : undefined;
}

const recordOf = (proposed: Proposed): ProposedRecord => ({
  id: proposed.getId()?.getString() ?? '',
  type: proposed.getMetadataMap().get('type') ?? '',
  contentType: proposed.getMetadataMap().get('content-type') ?? '',
  data: proposed.getData_asU8(),
  metadata: proposed.getCustomMetadata_asU8(),
});
