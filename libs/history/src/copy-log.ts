import type { EventStore } from '#lib/event-store';
import { ChainVerifier, completesCommand, sealAgain, type RecordedEvent, type StreamName } from '#lib/events';

export interface CopiedLog {
  /** Events that were appended. */
  readonly copied: number;
  /** Events that were there already, as when a copy that was interrupted is gone on with. */
  readonly found: number;
}

export interface CopyLog {
  readonly from: EventStore;
  /** Empty, or with the beginning of the same log. */
  readonly to: EventStore;
  /** Told of how far the copy is, after every command. */
  readonly onProgress?: (soFar: CopiedLog) => void;
}

/** A log cannot be copied. Nothing was done that harms either of the two. */
export class CopyLogError extends Error {}

/**
 * Copies a log event by event, in its order and under the same hashes. Every event gets a new position, which is the
 * affair of the store; clients that watch begin anew.
 *
 * Nobody may write to either of the two meanwhile.
 *
 * @throws CopyLogError where the target holds another log, or an event of the source is not as it was written.
 */
export async function copyLog({ from, to, onProgress }: CopyLog): Promise<CopiedLog> {
  const there = eventsOf(to);
  const verifiers = new Map<StreamName, ChainVerifier>();
  let [copied, found] = [0, 0];
  let command: RecordedEvent[] = [];
  let next = await take(there);
  for await (const event of eventsOf(from)) {
    verify(event, verifiers);
    if (next !== undefined) {
      if (!isSame(next, event)) throw new CopyLogError(`${OTHER_LOG}: ${placeOf(next)} is not ${placeOf(event)}`);
      found++;
      next = await take(there);
      continue;
    }
    command.push(event);
    if (!completesCommand(event.metadata)) continue;
    await to.append(event.stream, command.map(sealAgain));
    copied += command.length;
    command = [];
    onProgress?.({ copied, found });
  }
  if (next !== undefined) throw new CopyLogError(`${OTHER_LOG}: ${placeOf(next)} is in none that is copied`);
  return { copied, found };
}

const OTHER_LOG = 'the target holds another log';

async function* eventsOf(store: EventStore): AsyncGenerator<RecordedEvent, undefined> {
  for await (const page of store.readAll({ after: 0, asWritten: true })) yield* page;
}

async function take(events: AsyncGenerator<RecordedEvent, undefined>): Promise<RecordedEvent | undefined> {
  return (await events.next()).value;
}

function verify(event: RecordedEvent, verifiers: Map<StreamName, ChainVerifier>): void {
  const verifier = verifiers.get(event.stream) ?? new ChainVerifier();
  verifiers.set(event.stream, verifier);
  const broken = verifier.check(event);
  if (broken !== undefined) throw new CopyLogError(`the log is broken: ${placeOf(event)}: ${broken.why}`);
}

const isSame = (one: RecordedEvent, other: RecordedEvent): boolean =>
  one.stream === other.stream && one.revision === other.revision && one.metadata.hash === other.metadata.hash;

const placeOf = ({ stream, revision }: RecordedEvent): string => `${stream} revision ${revision}`;
