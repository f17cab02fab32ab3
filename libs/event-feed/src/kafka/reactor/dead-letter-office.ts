import { randomUUID } from 'node:crypto';
import { Partitioners, type Kafka, type KafkaMessage } from 'kafkajs';
import { topicName } from '../../topics.js';
import { extentOf, readToEnd } from '../read-to-end.js';
import { readDeadLetter, revived, type DeadLetter } from './dead-letter.js';
import { readEventMessage } from '../event-message.js';

/** An event that was laid aside. */
export interface LaidAside extends DeadLetter {
  /** Place in the topic of dead letters. */
  readonly number: string;
  /** What it is about, as far as it can be read. */
  readonly what: string;
}

const WAIT_MS = 30_000;

/** The events that a reactor could not act upon: shows them, and has them acted upon once more. */
export class DeadLetterOffice {
  private readonly topic: string;
  private readonly replays: string;

  constructor(
    private readonly kafka: Kafka,
    prefix: string,
    reactor: string,
  ) {
    this.topic = topicName.deadLetters(prefix, reactor);
    this.replays = topicName.replays(prefix, reactor);
  }

  /** Oldest first. */
  async list(): Promise<readonly LaidAside[]> {
    const messages = await this.waiting();
    return messages.map((message) => ({
      ...readDeadLetter(message.headers),
      number: message.offset,
      what: whatOf(message),
    }));
  }

  /**
   * Has them acted upon once more, by the members of the group that laid them aside. What fails again is laid aside again.
   *
   * @returns how many.
   */
  async replay(limit = Infinity): Promise<number> {
    const messages = (await this.waiting()).slice(0, limit);
    const last = messages.at(-1);
    if (last === undefined) return 0;
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      await producer.send({ topic: this.replays, acks: -1, messages: messages.map(revived) });
    } finally {
      await producer.disconnect();
    }
    // Only then: who is interrupted here has them tried twice rather than never.
    await this.forget(BigInt(last.offset) + 1n);
    return messages.length;
  }

  private async waiting(): Promise<readonly KafkaMessage[]> {
    const { low, high } = await extentOf(this.kafka, this.topic);
    if (low === high) return [];
    const messages: KafkaMessage[] = [];
    const reached = await readToEnd(this.kafka, {
      ...{ topic: this.topic, groupId: `${this.topic}.${randomUUID()}`, from: low, to: high, timeoutMs: WAIT_MS },
      onMessage: (message) => messages.push(message),
    });
    if (!reached) throw new Error(`${this.topic} could not be read to its end`);
    return messages;
  }

  private async forget(before: bigint): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      // The client finds the partition's leader only among topics that it was asked about.
      await admin.fetchTopicOffsets(this.topic);
      await admin.deleteTopicRecords({
        topic: this.topic,
        partitions: [{ partition: 0, offset: String(before) }],
      });
    } finally {
      await admin.disconnect();
    }
  }
}

function whatOf(message: KafkaMessage): string {
  try {
    const { type, stream, revision } = readEventMessage(message);
    return `${type} of ${stream}, revision ${revision}`;
  } catch {
    return 'no event';
  }
}
