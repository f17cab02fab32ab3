import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KafkaConfiguration } from '#lib/config';
import { KafkaSink, kafkaClient, Relay, type KafkaSinkSettings, type RelayObserver } from '#lib/event-feed';
import { InMemoryEventStore } from '#lib/event-store';
import { streamName } from '#lib/events';
import { eventually } from '../system/harness/eventually.js';
import { KafkaBroker } from './harness/kafka-broker.js';
import { everything, LogWriter, streams, tagPushed } from './harness/log.js';
import { TopicReader, type ReadMessage } from './harness/topic-reader.js';
import { expectWholeLog } from './harness/whole-log.js';

let broker: KafkaBroker;
let kafka: Kafka;
let settings: KafkaSinkSettings & KafkaConfiguration;
let store: InMemoryEventStore;
let writer: LogWriter;
const open: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  broker = await KafkaBroker.start();
});
afterAll(() => broker.dispose());

beforeEach(() => {
  settings = { ...new KafkaConfiguration(), brokers: broker.brokers, topicPrefix: `t-${randomUUID()}`, partitions: 3 };
  kafka = kafkaClient(settings);
  store = new InMemoryEventStore();
  writer = new LogWriter(store);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
  await store.close();
});

function startRelay(observer: RelayObserver = {}, standbyMs = 1_000): Relay {
  const relay = new Relay({ store, sink: new KafkaSink(kafkaClient(settings), settings), observer, standbyMs });
  open.push(relay);
  relay.start();
  return relay;
}

async function read(...topics: string[]): Promise<TopicReader> {
  const reader = await TopicReader.start(
    kafka,
    topics.map((topic) => `${settings.topicPrefix}.${topic}`),
  );
  open.push(reader);
  return reader;
}

const published = (relay: Relay): Promise<true> =>
  eventually(
    'everything to be published',
    async () => (relay.isActive && (await relay.lag()).positions === 0) || undefined,
  );

describe('the relay', () => {
  it('publishes every event once, in order within its aggregate, wherever the log is when it starts', async () => {
    await writer.appendMany(700, streams(5));
    const relay = startRelay();
    await published(relay);
    await writer.appendMany(300, streams(5));
    const reader = await read('image-streams');
    await reader.have(1_000);
    await published(relay);
    await expectWholeLog(reader.messages, store);
  });

  it('says of an event who, when and why in headers, and what in its value', async () => {
    await published(startRelay());
    const [event] = await writer.append(streamName.imageStream('team', 'app'), [tagPushed(1)]);
    const reader = await read('image-streams');
    const [{ message } = {} as ReadMessage] = await reader.have(1);
    const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event?.metadata.id,
      ce_source: '/tagline',
      ce_type: 'dev.tagline.TagPushed',
      ce_subject: 'team/app',
      ce_time: event?.metadata.time,
      ce_dataschema: 'urn:tagline:event:TagPushed:v1',
      ce_partitionkey: 'imageStream-team/app',
      ce_position: '1',
      ce_revision: '0',
      ce_part: '0',
      ce_parts: '1',
      ce_actor: 'alice',
      ce_hash: event?.metadata.hash,
    });
    expect(message.key?.toString()).toBe('imageStream-team/app');
    expect(JSON.parse(message.value?.toString() ?? '')).toEqual(event?.data);
  });

  it('goes on where it was stopped', async () => {
    await writer.appendMany(50, streams(2));
    const first = startRelay();
    await published(first);
    await first.stop();
    await writer.appendMany(50, streams(2));
    const positions: number[] = [];
    await published(startRelay({ tookOver: (after) => positions.push(after) }));
    expect(positions).toEqual([50]);
    const reader = await read('image-streams');
    await reader.have(100);
    await expectWholeLog(reader.messages, store);
  });

  it('refers to an event that is too large, and goes on behind it', async () => {
    settings = { ...settings, maxMessageBytes: 64 * 1024 };
    const references: number[] = [];
    const relay = startRelay({ published: (report) => references.push(report.references) });
    const stream = streamName.imageStream('team', 'app');
    const large = { ...tagPushed(1), data: { ...tagPushed(1).data, previousImage: 'x'.repeat(100_000) } };
    await writer.append(stream, [tagPushed(0)]);
    const [event] = await writer.append(stream, [large]);
    await writer.append(stream, [tagPushed(2)]);
    await published(relay);
    const reader = await read('image-streams');
    const messages = await reader.have(3);
    await expectWholeLog(messages, store);
    expect(references.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(messages[1]?.message.headers?.['content-type']?.toString()).toBe(
      'application/vnd.tagline.event-reference+json',
    );
    expect(JSON.parse(messages[1]?.message.value?.toString() ?? '')).toEqual({
      reference: {
        ...{ stream, revision: 1, position: event?.position, hash: event?.metadata.hash },
        bytes: JSON.stringify(large.data).length,
      },
    });
  });

  it('heeds the limit of topics that somebody else made', async () => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({
      topics: [
        {
          topic: `${settings.topicPrefix}.image-streams`,
          configEntries: [{ name: 'max.message.bytes', value: '50000' }],
        },
      ],
    });
    await admin.disconnect();
    const relay = startRelay();
    await writer.append(streamName.imageStream('team', 'app'), [
      ...Array.from({ length: 400 }, (_, index) => tagPushed(index)),
      { ...tagPushed(1), data: { ...tagPushed(1).data, previousImage: 'x'.repeat(60_000) } },
    ]);
    await published(relay);
    const reader = await read('image-streams');
    await reader.have(401);
    await expectWholeLog(reader.messages, store);
  });

  it('is not fooled by what a dead relay began and did not complete', async () => {
    await writer.appendMany(20, streams(2));
    const first = startRelay();
    await published(first);
    await first.stop();
    const log = await everything(store);
    const dead = kafka.producer({ transactionalId: `${settings.topicPrefix}.relay`, idempotent: true });
    await dead.connect();
    open.push({ stop: () => dead.disconnect() });
    const transaction = await dead.transaction();
    await transaction.sendBatch({
      topicMessages: [
        { topic: `${settings.topicPrefix}.image-streams`, messages: [{ key: log[0]?.stream ?? '', value: '{}' }] },
        {
          topic: `${settings.topicPrefix}.relay-checkpoint`,
          messages: [{ key: 'relay', value: JSON.stringify({ position: 900, eventId: 'never' }) }],
        },
      ],
    });
    await writer.appendMany(20, streams(2));
    const positions: number[] = [];
    await published(startRelay({ tookOver: (after) => positions.push(after) }));
    expect(positions).toEqual([20]);
    await expect(transaction.commit()).rejects.toThrow();
    const reader = await read('image-streams');
    await reader.have(40);
    await expectWholeLog(reader.messages, store);
  });

  it('does not begin before it can read what was published last, however long somebody keeps that from view', async () => {
    await writer.appendMany(20, streams(2));
    const first = startRelay();
    await published(first);
    const stranger = kafka.producer({ transactionalId: `${settings.topicPrefix}.stranger`, idempotent: true });
    await stranger.connect();
    open.push({ stop: () => stranger.disconnect() });
    const undecided = await stranger.transaction();
    await undecided.send({ topic: `${settings.topicPrefix}.relay-checkpoint`, messages: [{ key: 'any', value: '' }] });
    await writer.appendMany(20, streams(2));
    await published(first);
    await first.stop();
    const positions: number[] = [];
    const second = startRelay({ tookOver: (after) => positions.push(after) });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(positions).toEqual([]);
    await undecided.abort();
    await published(second);
    expect(positions).toEqual([40]);
    const reader = await read('image-streams');
    await reader.have(40);
    await expectWholeLog(reader.messages, store);
  });

  it('is fenced by a newer one, which completes what it began', async () => {
    let fenced = 0;
    const older = startRelay({ fenced: () => fenced++ }, 60_000);
    await writer.appendMany(100, streams(3));
    await published(older);
    const newer = startRelay();
    await published(newer);
    await writer.appendMany(100, streams(3));
    await eventually('the older relay to notice', async () => fenced > 0 || undefined);
    await published(newer);
    expect(older.isActive).toBe(false);
    const reader = await read('image-streams');
    await reader.have(200);
    await expectWholeLog(reader.messages, store);
  });

  it('takes over again when the one that fenced it is gone', async () => {
    const older = startRelay({}, 200);
    await published(older);
    const newer = startRelay({}, 60_000);
    await published(newer);
    await writer.appendMany(20, streams(2));
    await eventually('the older relay to stand by', async () => !older.isActive || undefined);
    await published(newer);
    await newer.stop();
    await writer.appendMany(20, streams(2));
    await published(older);
    const reader = await read('image-streams');
    await reader.have(40);
    await expectWholeLog(reader.messages, store);
  });

  it('refuses topics that hold the events of another log', async () => {
    await writer.appendMany(30, streams(2));
    const relay = startRelay();
    await published(relay);
    await relay.stop();
    store = new InMemoryEventStore();
    await new LogWriter(store).appendMany(40, streams(2));
    const errors: unknown[] = [];
    startRelay({ failed: (error) => errors.push(error) });
    await eventually('the relay to refuse', async () => errors.length > 0 || undefined);
    expect(String(errors[0])).toContain('the topics hold the events of another log, up to position 30');
  });
});
