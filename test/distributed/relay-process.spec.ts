import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaConfiguration } from '#lib/config';
import { kafkaClient } from '#lib/event-feed';
import { EventStoreDbEventStore } from '#lib/event-store';
import { streamName } from '#lib/events';
import { DatabaseProcess } from '../system/harness/database-process.js';
import { eventually } from '../system/harness/eventually.js';
import { KafkaBroker } from './harness/kafka-broker.js';
import { LogWriter, streams, tagPushed } from './harness/log.js';
import { runRelay, startRelay } from './harness/relay-process.js';
import { TopicReader } from './harness/topic-reader.js';
import { expectWholeLog } from './harness/whole-log.js';

const EVENTS = 12_000;
const COMMAND = 12;
const KILLS = 4;

let broker: KafkaBroker;
let database: DatabaseProcess;
let store: EventStoreDbEventStore;
let kafka: KafkaConfiguration;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  broker = await KafkaBroker.start();
  database = await DatabaseProcess.start();
  store = EventStoreDbEventStore.open(database.connectionString);
  kafka = { ...new KafkaConfiguration(), brokers: broker.brokers, topicPrefix: `t-${randomUUID()}` };
  env = {
    ...database.settings,
    TAGLINE_KAFKA_BROKERS: kafka.brokers.join(','),
    TAGLINE_KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
  };
});
afterAll(async () => {
  await store.close();
  await database.dispose();
  await broker.dispose();
});

async function writeLog(): Promise<void> {
  const writer = new LogWriter(store);
  const names = streams(10);
  for (let written = 0; written < EVENTS;) {
    const commands = names.map((stream) =>
      writer.append(
        stream,
        Array.from({ length: COMMAND }, () => tagPushed(written++)),
      ),
    );
    await Promise.all(commands);
  }
}

describe('the relay as a process', () => {
  it('explains itself, and what it cannot start with', async () => {
    expect((await runRelay(['--help'])).stdout).toContain('Usage: npm run start:relay');
    const { code, stderr } = await runRelay([]);
    expect(code).toBe(1);
    expect(stderr).toContain('kafka.brokers must be set');
    expect(stderr).toContain('eventStore.engine must not be embedded');
  });

  it('leaves no event out and repeats none when it is killed in the middle of thousands', async () => {
    await writeLog();
    let relay = await startRelay(env);
    await relay.logged('publishing events');
    const reader = await TopicReader.start(kafkaClient(kafka), [`${kafka.topicPrefix}.image-streams`]);
    try {
      for (let kill = 1; kill <= KILLS; kill++) {
        await reader.have(Math.min(reader.messages.length + EVENTS / (KILLS * 3), EVENTS));
        await relay.kill();
        relay = await startRelay(env);
      }
      await reader.have(EVENTS);
      await expectWholeLog(reader.messages, store);
      await eventually('no lag', async () => (await relay.metric('tagline_relay_lag_positions')) === 0 || undefined);
      expect(await relay.metric('tagline_relay_lag_seconds')).toBe(0);
      expect(await relay.metric('tagline_relay_active')).toBe(1);
      expect((await fetch(`${relay.url}/readyz`)).status).toBe(200);
      expect(await relay.stop()).toBe(0);
    } finally {
      await relay.kill();
      await reader.stop();
    }
  });

  it('goes on with another that stands by', async () => {
    const first = await startRelay(env);
    await first.logged('publishing events');
    const second = await startRelay(env);
    await second.logged('publishing events');
    await new LogWriter(store).append(streamName.imageStream('team', 'late'), [tagPushed(1)]);
    await eventually(
      'the second to publish',
      async () => (await second.metric('tagline_relay_published_events_total')) > 0 || undefined,
    );
    expect(await first.metric('tagline_relay_published_events_total')).toBe(0);
    await first.stop();
    await second.stop();
  });
});
