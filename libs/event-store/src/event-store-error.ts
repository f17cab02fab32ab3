/**
 * Why a store could not do what it was asked:
 *
 * - `unavailable`: it cannot be reached; nothing was done.
 * - `outcome-unknown`: it stopped answering in the middle of an append, and cannot be asked how that went.
 * - `too-large`: it takes no appends of that size.
 * - `refused`: it will not do that for us, now or later.
 * - `unsupported`: it does not say what Tagline must know.
 * - `foreign-event`: somebody else wrote to a stream of ours.
 */
export type EventStoreFailure =
  'unavailable' | 'outcome-unknown' | 'too-large' | 'refused' | 'unsupported' | 'foreign-event';

export class EventStoreError extends Error {
  constructor(
    readonly code: EventStoreFailure,
    message: string,
  ) {
    super(message);
    this.name = 'EventStoreError';
  }
}
