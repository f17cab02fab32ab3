/** Everything that can go wrong between here and an image in a registry. */
export type RegistryErrorCode =
  /** A rule of this installation forbids contacting the host, or every source of the image. */
  | 'blocked'
  /** No connection: the name does not resolve, nobody listens, or the connection broke off. */
  | 'unreachable'
  /** The certificate of the registry is not trusted here. */
  | 'untrusted-certificate'
  /** The host speaks HTTP without TLS, and the request did not say that this is fine. */
  | 'http-only-needs-insecure'
  | 'timed-out'
  /** Whoever asked lost interest. */
  | 'cancelled'
  /** Something answers, but not as a registry of the v2 API. */
  | 'not-a-registry'
  /** No or too few rights, as far as the registry says. */
  | 'unauthorized'
  /** The token service refused user name and password. */
  | 'bad-credentials'
  | 'denied'
  | 'name-unknown'
  | 'manifest-unknown'
  | 'blob-unknown'
  | 'too-many-requests'
  /** The registry reports a failure of its own (5xx). */
  | 'unavailable'
  /** An answer beyond the limits of this client. */
  | 'too-large'
  /** Content and digest do not belong together. */
  | 'digest-mismatch'
  | 'unsupported-manifest'
  /** An answer or a document that breaks its format. */
  | 'malformed'
  /** An HTTP status that the protocol does not foresee here. */
  | 'unexpected-answer'
  /** Several sources of one image were tried and all failed; see `details.causes`. */
  | 'all-sources-failed';

export interface RegistryErrorDetails {
  /** Host (with port) that was talked to. */
  readonly host?: string;
  /** HTTP status of the answer. */
  readonly status?: number;
  /** Milliseconds after which the registry wants to be asked again. */
  readonly retryAfterMs?: number;
  /** Whether user name and password had been presented (to the registry or to its token service). */
  readonly credentialsSent?: boolean;
  /** Whether trying again at once may help. */
  readonly temporary?: boolean;
  /** One error a source, in the order in which they were tried. */
  readonly causes?: readonly RegistryError[];
}

/** The one error of this library's network side. Messages are for people and never carry a secret. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';

  constructor(
    readonly code: RegistryErrorCode,
    message: string,
    readonly details: RegistryErrorDetails = {},
  ) {
    super(message);
  }
}

/** The error of an operation that its caller's signal ended. */
export function abortError(signal: AbortSignal): RegistryError {
  const reason: unknown = signal.reason;
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new RegistryError('timed-out', 'the time allowed for this operation is over')
    : new RegistryError('cancelled', 'the operation was cancelled');
}
