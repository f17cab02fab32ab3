import { expect } from 'vitest';
import { KafkaConfiguration } from '#lib/config';
import { EVENT_TOPICS, kafkaClient, readEventMessage, topicName } from '#lib/event-feed';
import type { EventStore } from '#lib/event-store';
import type { PublishedTo } from './installation.js';
import { everything } from './log.js';
import { TopicReader, type ReadMessage } from './topic-reader.js';

/** Somebody who reads the topics from their beginning gets what happened: each event once, and in order within its stream. */
export async function expectPublished(store: EventStore, { brokers, topicPrefix }: PublishedTo): Promise<void> {
  const kafka = kafkaClient({ ...new KafkaConfiguration(), brokers });
  const reader = await TopicReader.start(
    kafka,
    EVENT_TOPICS.map((topic) => topicName.events(topicPrefix, topic)),
  );
  try {
    await reader.have((await everything(store)).length);
    await expectWholeLog(reader.messages, store);
  } finally {
    await reader.stop();
  }
}

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
