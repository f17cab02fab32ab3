import { EventStoreError } from '#lib/event-store';
import { ApiError } from '#lib/kube-api';

/** What a client is told when the event store fails; `undefined` for what somebody must look into. */
export function eventStoreStatus(error: unknown): ApiError | undefined {
  if (!(error instanceof EventStoreError)) return undefined;
  switch (error.code) {
    case 'unavailable':
      return new ApiError('ServiceUnavailable', 'the event store cannot be reached, try again', {
        retryAfterSeconds: 1,
      });
    case 'outcome-unknown':
      return new ApiError(
        'Timeout',
        'the event store did not say whether the change was made: look before trying again',
      );
    case 'too-large':
      return new ApiError('RequestEntityTooLarge', 'the change is larger than the event store takes');
    case 'refused':
    case 'unsupported':
    case 'foreign-event':
      return undefined;
  }
}
