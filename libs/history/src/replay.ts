import type { EventStore } from '#lib/event-store';
import { streamName, type Position, type RecordedEvent } from '#lib/events';
import { emptySnapshot, foldSnapshot, type StreamSnapshot } from '#lib/read-model';

/** A moment in the past: a position in the log, or a time. */
export type Moment = { readonly position: Position } | { readonly time: Date };

/**
 * Reads a moment as a user writes it: a `resourceVersion`, or a time in RFC 3339 or as a date.
 *
 * @throws RangeError for anything else.
 */
export function parseMoment(text: string): Moment {
  if (/^\d+$/.test(text)) return { position: Number(text) };
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new RangeError(`"${text}" is neither a resourceVersion nor a time such as 2026-01-31T12:00:00Z`);
  }
  return { time };
}

/**
 * A stream as it was at a moment, folded from its events alone.
 *
 * @returns `undefined` when there was no such stream at the time.
 */
export async function replayStream(
  store: EventStore,
  namespace: string,
  name: string,
  moment: Moment,
): Promise<StreamSnapshot | undefined> {
  let snapshot = emptySnapshot('imageStream') as StreamSnapshot;
  for await (const event of store.readStream(streamName.imageStream(namespace, name))) {
    if (isAfter(event, moment)) break;
    snapshot = foldSnapshot(snapshot, event) as StreamSnapshot;
  }
  return snapshot.header === undefined ? undefined : snapshot;
}

const isAfter = ({ position, metadata }: RecordedEvent, moment: Moment): boolean =>
  'position' in moment ? position > moment.position : Date.parse(metadata.time) > moment.time.getTime();
