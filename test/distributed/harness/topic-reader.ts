import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import { eventually } from '../../system/harness/eventually.js';

export interface ReadMessage {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** Somebody else's consumer: a group of its own that reads topics from their beginning, and what was committed only. */
export class TopicReader {
  readonly messages: ReadMessage[] = [];
  private readonly offsets = new Map<string, bigint>();

  private constructor(private readonly consumer: Consumer) {}

  static async start(kafka: Kafka, topics: readonly string[], onMessage?: (read: ReadMessage) => void) {
    const consumer = kafka.consumer({
      ...{ groupId: `reader-${randomUUID()}`, readUncommitted: false, maxWaitTimeInMs: 100 },
      ...{ sessionTimeout: 3_000, rebalanceTimeout: 3_000, heartbeatInterval: 500 },
      retry: { retries: Number.MAX_SAFE_INTEGER, maxRetryTime: 500 },
    });
    const reader = new TopicReader(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async (read) => {
        if (reader.isKnown(read)) return;
        reader.messages.push(read);
        onMessage?.(read);
      },
    });
    return reader;
  }

  /** Resolves when there are this many messages, or more. */
  async have(count: number, timeout = 60_000): Promise<readonly ReadMessage[]> {
    return eventually(
      `${count} messages to read`,
      async () => (this.messages.length >= count ? this.messages : undefined),
      timeout,
    );
  }

  /** Nothing is committed, so whoever loses its broker reads again; that is not what is looked for here. */
  private isKnown({ topic, partition, message }: ReadMessage): boolean {
    const place = `${topic} ${partition}`;
    const offset = BigInt(message.offset);
    if (offset <= (this.offsets.get(place) ?? -1n)) return true;
    this.offsets.set(place, offset);
    return false;
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
  }
}
