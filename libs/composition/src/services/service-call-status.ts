import { ApiError } from '#lib/kube-api';
import { ServiceCallError } from '#lib/remoting';

/** What a client is told when a service cannot be asked; `undefined` for what somebody must look into. */
export function serviceCallStatus(error: unknown): ApiError | undefined {
  if (!(error instanceof ServiceCallError)) return undefined;
  const again = { retryAfterSeconds: 1 };
  switch (error.code) {
    case 'busy':
      return new ApiError('TooManyRequests', 'the server has too much to do, try again', again);
    case 'unreachable':
    case 'expired':
    case 'unknown-call':
      return new ApiError('ServiceUnavailable', 'the service that does this cannot be reached, try again', again);
    case 'timed-out':
    case 'connection-lost':
    case 'incomplete':
      return new ApiError('Timeout', 'the service that does this did not say whether it did: look before trying again');
    case 'too-large':
      return new ApiError('RequestEntityTooLarge', 'this is larger than what services take of each other');
    case 'cancelled':
    case 'internal':
      return undefined;
  }
}
