import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaConfiguration } from '#lib/config';
import { EVENT_TOPICS, KafkaSink, kafkaClient, Relay, topicName } from '#lib/event-feed';
import { EmbeddedEventStore, InMemoryEventStore } from '#lib/event-store';
import { streamName, type DomainEvent } from '#lib/events';
import { eventually } from '../system/harness/eventually.js';
import { newDataDir, TaglineServer } from '../system/harness/tagline-server.js';
import { KafkaBroker } from './harness/kafka-broker.js';
import { everything, LogWriter, streams } from './harness/log.js';
import { TopicReader } from './harness/topic-reader.js';
import { expectOrderWithinStreams, expectWholeLog } from './harness/whole-log.js';

const NAMESPACES = 20;
const EVENTS_OF_EACH = 1_500;
const KILLS = 4;

let broker: KafkaBroker;
beforeAll(async () => {
  broker = await KafkaBroker.start();
});
afterAll(() => broker.dispose());

const settings = (): KafkaConfiguration => ({
  ...new KafkaConfiguration(),
  ...{ brokers: broker.brokers, topicPrefix: `t-${randomUUID()}`, partitions: 4 },
});

/** A log of namespaces that were born and labelled again and again. */
async function writeLog(dataDir: string): Promise<void> {
  const store = EmbeddedEventStore.open(join(dataDir, 'events.lmdb'));
  const writer = new LogWriter(store);
  const labelled = (number: number) => ({ labels: { number: `${number}` }, annotations: {} });
  const appends: Promise<unknown>[] = [];
  for (let index = 0; index < NAMESPACES; index++) {
    const name = `n-${index}`;
    const stream = streamName.namespace(name);
    const born = { name, uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z', ...labelled(0) };
    appends.push(writer.append(stream, [{ type: 'NamespaceCreated', data: born }]));
    for (let written = 1; written < EVENTS_OF_EACH;) {
      const count = Math.min(EVENTS_OF_EACH - written, 3);
      const change = (): DomainEvent => ({ type: 'NamespaceMetadataChanged', data: { name, ...labelled(written++) } });
      appends.push(writer.append(stream, Array.from({ length: count }, change)));
    }
  }
  await Promise.all(appends);
  await store.close();
}

describe('a server that is killed while it publishes thousands of events', () => {
  it('leaves none out and repeats none', async () => {
    const kafka = settings();
    const dataDir = await newDataDir();
    await writeLog(dataDir);
    const env = { TAGLINE_KAFKA_BROKERS: kafka.brokers.join(','), TAGLINE_KAFKA_TOPIC_PREFIX: kafka.topicPrefix };
    let server = await TaglineServer.start({ dataDir, env });
    await server.logged('publishing events');
    const topics = EVENT_TOPICS.map((topic) => topicName.events(kafka.topicPrefix, topic));
    const reader = await TopicReader.start(kafkaClient(kafka), topics);
    try {
      const all = NAMESPACES * EVENTS_OF_EACH;
      for (let kill = 1; kill <= KILLS; kill++) {
        const seen = reader.messages.length;
        await reader.have(Math.min(seen + all / (KILLS * 3), all));
        await server.kill();
        server = await TaglineServer.start({ dataDir, env });
      }
      const store = EmbeddedEventStore.open(join(dataDir, 'events.lmdb'), { readOnly: true });
      const log = await everything(store);
      await reader.have(log.length);
      await expectWholeLog(reader.messages, store);
      await store.close();
      expect(await server.stop()).toBe(0);
    } finally {
      await server.kill();
      await reader.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('a broker that is killed', () => {
  it('is waited for, and then has every event once', async ({ skip }) => {
    skip(!broker.isLocal, 'the brokers of KAFKA_BROKERS are not ours to kill');
    const kafka = settings();
    const store = new InMemoryEventStore();
    const writer = new LogWriter(store);
    let failures = 0;
    const observer = { failed: () => failures++ };
    const relay = new Relay({ store, sink: new KafkaSink(kafkaClient(kafka), kafka), observer });
    relay.start();
    await eventually('the relay to begin', async () => relay.isActive || undefined);
    const reader = await TopicReader.start(kafkaClient(kafka), [`${kafka.topicPrefix}.image-streams`]);
    try {
      for (let round = 1; round <= 2; round++) {
        const writing = (async (): Promise<void> => {
          for (let turn = 0; turn < 20; turn++) {
            await writer.appendMany(100, streams(7));
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        })();
        await reader.have(reader.messages.length + 300);
        await broker.kill();
        const before = failures;
        await writing;
        await eventually('the relay to notice', async () => failures > before || undefined);
        expect((await relay.lag()).positions).toBeGreaterThanOrEqual(0);
        await broker.restart();
        await reader.have(round * 2_000);
      }
      expectOrderWithinStreams(reader.messages);
      await expectWholeLog(reader.messages, store);
    } finally {
      await relay.stop();
      await reader.stop();
      await store.close();
    }
  });
});
