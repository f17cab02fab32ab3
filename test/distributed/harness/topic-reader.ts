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

  private constructor(private readonly consumer: Consumer) {}

  static async start(kafka: Kafka, topics: readonly string[], onMessage?: (read: ReadMessage) => void) {
    const consumer = kafka.consumer({
      ...{ groupId: `reader-${randomUUID()}`, readUncommitted: false, maxWaitTimeInMs: 100 },
      retry: { retries: Number.MAX_SAFE_INTEGER, maxRetryTime: 500 },
    });
    const reader = new TopicReader(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async (read) => {
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

  async stop(): Promise<void> {
    await this.consumer.disconnect();
  }
}
