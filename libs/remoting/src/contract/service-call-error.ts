/**
 * Why a call of a service came to nothing, apart from what the service itself refuses:
 *
 * - `busy`: it does as much as it can; nothing was begun.
 * - `unreachable`: there is no connection, or it ended before the call was sent; nothing was begun.
 * - `expired`: the deadline was over before it was begun.
 * - `too-large`: the call, or its answer, is larger than what may be sent.
 * - `timed-out`: the deadline came before the answer; it may or may not have been done.
 * - `connection-lost`: the connection ended before the answer; it may or may not have been done.
 * - `cancelled`: whoever called no longer waits.
 * - `incomplete`: a service that it needs failed it; some of it may have been done.
 * - `unknown-call`: the service is of a version that cannot do that.
 * - `internal`: the service failed in a way that nobody foresaw. Its log says why.
 */
export type ServiceCallFailure = (typeof SERVICE_CALL_FAILURES)[number];

export const SERVICE_CALL_FAILURES = [
  'busy',
  'unreachable',
  'expired',
  'too-large',
  'timed-out',
  'connection-lost',
  'cancelled',
  'incomplete',
  'unknown-call',
  'internal',
] as const;

export class ServiceCallError extends Error {
  constructor(
    readonly code: ServiceCallFailure,
    message: string,
  ) {
    super(message);
    this.name = 'ServiceCallError';
  }
}

/** Whether it is certain that the service did not begin. */
export const wasNotBegun = (error: unknown): boolean => error instanceof ServiceCallError && NOT_BEGUN.has(error.code);

const NOT_BEGUN: ReadonlySet<ServiceCallFailure> = new Set(['busy', 'unreachable', 'expired', 'unknown-call']);
