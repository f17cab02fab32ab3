import type { Position } from '#lib/events';
import type { EventStore } from './event-store.js';

/** How far behind the log somebody is who follows it. */
export interface Lag {
  /** Positions between the last event that was taken and the last of the log. There may be gaps between positions. */
  readonly positions: number;
  /** Age of the oldest event that was not taken; 0 where all were. */
  readonly seconds: number;
}

/** @param taken - position of the last event that was taken. */
export async function lagBehind(store: EventStore, taken: Position, now = Date.now()): Promise<Lag> {
  const positions = Math.max(0, (await store.lastPosition()) - taken);
  if (positions > 0) {
    for await (const [oldest] of store.readAll({ after: taken, limit: 1 })) {
      if (oldest !== undefined)
        return { positions, seconds: Math.max(0, now - Date.parse(oldest.metadata.time)) / 1_000 };
    }
  }
  return { positions, seconds: 0 };
}
