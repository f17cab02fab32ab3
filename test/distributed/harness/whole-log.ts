import { expect } from 'vitest';
import { readEventMessage } from '#lib/event-feed';
import type { EventStore } from '#lib/event-store';
import { everything } from './log.js';
import type { ReadMessage } from './topic-reader.js';

/** What a consumer got is what happened: each event once, and in order within its stream. */
export async function expectWholeLog(messages: readonly ReadMessage[], store: EventStore): Promise<void> {
  const got = messages.map(({ message }) => readEventMessage(message));
  const log = await everything(store);
  expect(got.map(({ id }) => id).sort()).toEqual(log.map(({ metadata }) => metadata.id).sort());
  expectOrderWithinStreams(messages);
}

export function expectOrderWithinStreams(messages: readonly ReadMessage[]): void {
  const next = new Map<string, number>();
  for (const { message } of messages) {
    const { stream, revision } = readEventMessage(message);
    expect({ stream, revision }).toEqual({ stream, revision: next.get(stream) ?? 0 });
    next.set(stream, revision + 1);
  }
}
