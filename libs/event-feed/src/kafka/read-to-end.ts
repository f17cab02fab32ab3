import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';

const FETCH_WAIT_MS = 200;

export interface Extent {
  readonly low: bigint;
  /** Offset that the next message will have. */
  readonly high: bigint;
}

/** Which offsets a topic of one partition has. */
export async function extentOf(kafka: Kafka, topic: string): Promise<Extent> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [partition] = await admin.fetchTopicOffsets(topic);
    return { low: BigInt(partition?.low ?? 0), high: BigInt(partition?.high ?? 0) };
  } finally {
    await admin.disconnect();
  }
}

export interface ReadToEnd {
  readonly topic: string;
  readonly groupId: string;
  readonly from: bigint;
  /** Where the end is: reading goes on until everything before it was seen. */
  readonly to: bigint;
  readonly timeoutMs: number;
  readonly onMessage: (message: KafkaMessage) => void;
}

/**
 * Reads what was committed to a topic of one partition. The client reads in no other way than as a member of a group; this
 * one leaves no offsets behind, and so no group.
 *
 * @returns whether the end was reached in time; it is not while somebody's transaction is open before it.
 */
export async function readToEnd(kafka: Kafka, { topic, groupId, ...reading }: ReadToEnd): Promise<boolean> {
  const consumer = kafka.consumer({
    ...{ groupId, readUncommitted: false, maxWaitTimeInMs: FETCH_WAIT_MS },
    retry: { retries: 5 },
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    return await read(consumer, { topic, groupId, ...reading });
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}

async function read(consumer: Consumer, { topic, from, to, timeoutMs, onMessage }: ReadToEnd): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      // Also told of batches in which there is nothing but the marks of transactions.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        if (BigInt(payload.lastOffset) >= to - 1n) resolve(true);
      });
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            for (const message of batch.messages) {
              const offset = BigInt(message.offset);
              if (offset >= from && offset < to) onMessage(message);
            }
          },
        })
        .then(() => consumer.seek({ topic, partition: 0, offset: String(from) }))
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
  }
}
