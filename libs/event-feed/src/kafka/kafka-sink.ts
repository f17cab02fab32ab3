import kafkajs, {
  CompressionTypes,
  Partitioners,
  type Kafka,
  type Message,
  type Producer,
  type Transaction,
} from 'kafkajs';
import type { RecordedEvent } from '#lib/events';
import { FencedError, type Checkpoint, type EventSink, type Published } from '../relay/event-sink.js';
import { topicName } from '../topics.js';
import { checkpointMessage, claimMessage, settledCheckpoint, visibleCheckpoint } from './checkpoint-topic.js';
import { eventMessage, type EventMessage } from './event-message.js';
import { createMissingTopics, longestMessage, relayTopics, type TopicSettings } from './topic-setup.js';

export interface KafkaSinkSettings extends TopicSettings {
  readonly source: string;
}

/** After this long the brokers abort what a relay began and did not end. */
const TRANSACTION_TIMEOUT_MS = 30_000;
/** What a batch needs besides its messages. */
const BATCH_OVERHEAD = 1_024;
const SMALLEST_LIMIT = 16 * 1_024;

/**
 * Publishes to Kafka. A call of {@link publish} is one transaction over the topics of events and the topic of the
 * checkpoint; the transactional id is one for all relays of a log, so that the brokers let only the newest go on.
 */
export class KafkaSink implements EventSink {
  private producer: Producer | undefined;
  private messageLimit: number;

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: KafkaSinkSettings,
  ) {
    this.messageLimit = settings.maxMessageBytes - BATCH_OVERHEAD;
  }

  async takeOver(): Promise<Checkpoint | undefined> {
    await this.release();
    await this.prepareTopics();
    const producer = this.kafka.producer({
      transactionalId: `${this.settings.topicPrefix}.relay`,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    this.producer = producer;
    await producer.connect();
    const topic = topicName.checkpoint(this.settings.topicPrefix);
    return settledCheckpoint(this.kafka, topic, (await claimed(producer, topic)) + 1n);
  }

  async publish(events: readonly RecordedEvent[]): Promise<Published> {
    const { producer, settings } = this;
    const last = events.at(-1);
    if (producer === undefined) throw new Error('the relay has not taken over');
    if (last === undefined) return { events: 0, references: 0 };
    const messages = events.map((event) => eventMessage(event, settings.source, this.messageLimit));
    const requests = inRequests(messages, this.messageLimit);
    await inTransaction(producer, async (transaction) => {
      for (const [index, request] of requests.entries()) {
        const topicMessages = this.byTopic(request);
        // The checkpoint goes with the last events: one round trip less.
        if (index === requests.length - 1) topicMessages.push(this.checkpointAt(last));
        await transaction.sendBatch({ acks: -1, compression: CompressionTypes.None, topicMessages });
      }
    });
    return { events: events.length, references: messages.filter(({ isReference }) => isReference).length };
  }

  checkpoint(): Promise<Checkpoint | undefined> {
    return visibleCheckpoint(this.kafka, topicName.checkpoint(this.settings.topicPrefix));
  }

  async release(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  private checkpointAt({ position, metadata }: RecordedEvent): { topic: string; messages: Message[] } {
    const topic = topicName.checkpoint(this.settings.topicPrefix);
    return { topic, messages: [checkpointMessage({ position, eventId: metadata.id })] };
  }

  private byTopic(messages: readonly EventMessage[]): { topic: string; messages: Message[] }[] {
    const topics = new Map<string, Message[]>();
    for (const { topic, message } of messages) {
      const name = topicName.events(this.settings.topicPrefix, topic);
      const known = topics.get(name);
      if (known === undefined) topics.set(name, [message]);
      else known.push(message);
    }
    return [...topics].map(([topic, ofTopic]) => ({ topic, messages: ofTopic }));
  }

  /** Somebody else may have made the topics, with another limit than ours. */
  private async prepareTopics(): Promise<void> {
    const topics = relayTopics(this.settings);
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      await createMissingTopics(admin, topics);
      const events = topics.slice(0, -1).map(({ topic }) => topic);
      const limit = Math.min(this.settings.maxMessageBytes, (await longestMessage(admin, events)) ?? Infinity);
      this.messageLimit = Math.max(limit - BATCH_OVERHEAD, SMALLEST_LIMIT);
    } finally {
      await admin.disconnect();
    }
  }
}

/**
 * Fences the relay before, and has the brokers complete or abort what it left: that is what beginning a transaction does.
 *
 * @returns offset of the claim. Whatever the relay before got into the topic is before it.
 */
async function claimed(producer: Producer, topic: string): Promise<bigint> {
  const topicMessages = [{ topic, messages: [claimMessage()] }];
  const [written] = await inTransaction(producer, (transaction) => transaction.sendBatch({ acks: -1, topicMessages }));
  if (written?.baseOffset === undefined) throw new Error(`the brokers do not say where in ${topic} the claim is`);
  return BigInt(written.baseOffset);
}

/** @throws FencedError when somebody else began a transaction as the relay of this log. */
async function inTransaction<T>(producer: Producer, send: (transaction: Transaction) => Promise<T>): Promise<T> {
  try {
    const transaction = await producer.transaction();
    const sent = await send(transaction);
    await transaction.commit();
    return sent;
  } catch (error) {
    throw isFenced(error) ? new FencedError() : error;
  }
}

/** All of a request may go to one partition, whose limit is for what it gets at once. */
function inRequests(messages: readonly EventMessage[], limit: number): readonly (readonly EventMessage[])[] {
  const requests: EventMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    if (bytes + message.bytes > limit) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)?.push(message);
    bytes += message.bytes;
  }
  return requests;
}

const FENCED = new Set<unknown>(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING']);
/** The client has no name for it. */
const PRODUCER_FENCED_CODE = 90;

function isFenced(error: unknown): boolean {
  if (!(error instanceof kafkajs.KafkaJSError)) return false;
  const { type, code, cause } = error as { readonly type?: unknown; readonly code?: unknown; readonly cause?: unknown };
  return FENCED.has(type) || code === PRODUCER_FENCED_CODE || isFenced(cause);
}
