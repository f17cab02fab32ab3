import { AccessDeniedError, NotLeaderError, StreamDeletedError } from '@eventstore/db-client';
import { EventStoreError } from '../event-store.js';

const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;

/** Why something did not work, in the words of the server or the connection. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : 'unknown error';

/** Whether it is certain that an append that failed was not done, and will not be: it was turned away, or never sent. */
export const wasNotDone = (error: unknown): boolean =>
  error instanceof NotLeaderError || NEVER_SENT.test(reasonOf(error)) || lastingFailure(error) !== undefined;

/** Said by the client when it has no connection to send anything over. */
const NEVER_SENT = /No connection established|Failed to discover/;

/**
 * What the server will say again, however often it is asked; `undefined` for what may pass: a node that is down or does
 * not lead, a connection that broke, an answer that did not come in time.
 */
export function lastingFailure(error: unknown): EventStoreError | undefined {
  if (error instanceof EventStoreError) return error.code === 'unavailable' ? undefined : error;
  if (error instanceof AccessDeniedError || codeOf(error) === PERMISSION_DENIED) {
    return new EventStoreError('refused', 'the database does not let this user read $all, or read or write the stream');
  }
  if (error instanceof StreamDeletedError) {
    return new EventStoreError('refused', `stream ${error.streamName} was deleted in the database for ever`);
  }
  if (isTooLarge(error)) {
    return new EventStoreError('too-large', `the database takes no appends of this size: ${reasonOf(error)}`);
  }
  const code = codeOf(error);
  return code === INVALID_ARGUMENT || code === FAILED_PRECONDITION
    ? new EventStoreError('refused', `the database refused: ${reasonOf(error)}`)
    : undefined;
}

function isTooLarge(error: unknown): boolean {
  const code = codeOf(error);
  return code === RESOURCE_EXHAUSTED || (code === INVALID_ARGUMENT && /exceed/i.test(reasonOf(error)));
}

/** The gRPC status, which the client hands on in its own errors and in those that it does not know. */
function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
