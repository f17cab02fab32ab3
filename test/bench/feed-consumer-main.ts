import { KafkaConfiguration } from '#lib/config';
import { kafkaClient, readEventMessage } from '#lib/event-feed';
import { TopicReader } from '../distributed/harness/topic-reader.js';
import type { ConsumerOrder, ConsumerSettings } from './feed-consumer.js';
import { followOrders, sharedNow, startedWith } from './ordered-process.js';

const PATIENCE_MS = 120_000;

const { brokers, topicPrefix } = startedWith<ConsumerSettings>();
let received: [position: number, at: number][] = [];
let seen = 0;
const reader = await TopicReader.start(
  kafkaClient({ ...new KafkaConfiguration(), brokers, topicPrefix }),
  [`${topicPrefix}.image-streams`],
  ({ message }) => {
    received.push([readEventMessage(message).position, sharedNow()]);
    seen++;
  },
);
followOrders<ConsumerOrder>(
  async ({ events }) => {
    await reader.have(seen - received.length + events, PATIENCE_MS);
    const taken = received;
    received = [];
    return taken;
  },
  () => reader.stop(),
);
