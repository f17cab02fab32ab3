import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KafkaConfiguration } from '#lib/config';
import { KafkaSink, kafkaClient, Relay } from '#lib/event-feed';
import { InMemoryEventStore } from '#lib/event-store';
import { ImageStreamService, NO_SOURCES, OPEN_POLICY } from '#lib/stream';
import { eventually } from '../system/harness/eventually.js';
import { exitOf, PrintedLines, start } from '../system/harness/child-process.js';
import { KafkaBroker } from './harness/kafka-broker.js';

let broker: KafkaBroker;
beforeAll(async () => {
  broker = await KafkaBroker.start();
});
afterAll(() => broker.dispose());

it('the consumer of the documentation prints the moves of tags, and no other events', async () => {
  const settings = { ...new KafkaConfiguration(), brokers: broker.brokers, topicPrefix: `t-${randomUUID()}` };
  const store = new InMemoryEventStore();
  const relay = new Relay({ store, sink: new KafkaSink(kafkaClient(settings), settings) });
  relay.start();
  await eventually('the relay to begin', async () => relay.isActive || undefined);
  const child = start(process.execPath, ['examples/consumer/consumer.js'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KAFKA_BROKERS: broker.brokers.join(','), TOPIC_PREFIX: settings.topicPrefix },
  });
  if (child.stdout === null) throw new Error('the consumer has no output');
  const printed = new PrintedLines(child.stdout);
  const streams = new ImageStreamService(store, OPEN_POLICY);
  const alice = { actor: { user: 'alice', groups: [] } };
  const push = (image: string) => {
    const dockerImageReference = `registry.example.com/team/web@${image}`;
    const tagged = { name: 'web', tag: 'v1', image, dockerImageReference, ownRepository: false, now: new Date() };
    return streams.push('team', { type: 'PushTag', ...tagged }, alice);
  };
  await streams.create(
    'team',
    {
      type: 'CreateStream',
      creation: { namespace: 'team', name: 'web', uid: 'uid-web' },
      metadata: { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] },
      spec: { lookupPolicy: { local: false }, dockerImageRepository: '', tags: [] },
      now: new Date(),
      sources: NO_SOURCES,
    },
    alice,
  );
  const [one, two] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
  await push(one);
  await push(two);
  await printed.first((line) => line.includes(`to ${two}`), 'the second move');
  expect(printed.lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    `team/web:v1 moved from nothing to ${one} by a push of alice`,
    `team/web:v1 moved from ${one} to ${two} by a push of alice`,
  ]);
  child.kill('SIGTERM');
  expect(await exitOf(child)).toBe(0);
  await relay.stop();
  await store.close();
});
