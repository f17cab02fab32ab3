import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka, KafkaMessage, Message } from 'kafkajs';
import type { Checkpoint } from '../relay/event-sink.js';

const KEY = 'relay';
/** Where the newest checkpoint is looked for first. There are as many as transactions, until the topic is compacted. */
const TAIL = 1_000n;
const WAIT_MS = 15_000;
const FETCH_WAIT_MS = 200;

export const checkpointMessage = (checkpoint: Checkpoint): Message => ({ key: KEY, value: JSON.stringify(checkpoint) });

/**
 * The newest checkpoint of a transaction that was committed.
 *
 * @param until - `complete` wants to have seen all that is in the topic now, and fails when it cannot: somebody's
 * transaction is open. `so far` takes what can be seen.
 */
export async function lastCheckpoint(
  kafka: Kafka,
  topic: string,
  until: 'complete' | 'so far',
): Promise<Checkpoint | undefined> {
  const { low, high } = await extent(kafka, topic);
  if (low === high) return undefined;
  const tail = high - TAIL > low ? high - TAIL : low;
  const found = await newest(kafka, topic, tail, high, until);
  return found !== undefined || tail === low ? found : newest(kafka, topic, low, high, until);
}

async function extent(kafka: Kafka, topic: string): Promise<{ readonly low: bigint; readonly high: bigint }> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [partition] = await admin.fetchTopicOffsets(topic);
    return { low: BigInt(partition?.low ?? 0), high: BigInt(partition?.high ?? 0) };
  } finally {
    await admin.disconnect();
  }
}

/** Reads with a group of its own, as the client reads in no other way; it leaves no offsets behind, and so no group. */
async function newest(
  kafka: Kafka,
  topic: string,
  from: bigint,
  to: bigint,
  until: 'complete' | 'so far',
): Promise<Checkpoint | undefined> {
  const consumer = kafka.consumer({
    groupId: `${topic}.${randomUUID()}`,
    readUncommitted: false,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    retry: { retries: 5 },
  });
  try {
    return await reading(consumer, topic, from, to, until);
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}

async function reading(
  consumer: Consumer,
  topic: string,
  from: bigint,
  to: bigint,
  until: 'complete' | 'so far',
): Promise<Checkpoint | undefined> {
  let found: Checkpoint | undefined;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        if (until === 'so far') resolve();
        else reject(new Error(`${topic} could not be read to its end`));
      }, WAIT_MS);
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      // Also told of batches in which there is nothing but the marks of transactions.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        if (BigInt(payload.lastOffset) >= to - 1n) resolve();
      });
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            for (const message of batch.messages) found = checkpointOf(message) ?? found;
          },
        })
        .then(() => consumer.seek({ topic, partition: 0, offset: String(from) }))
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
  }
  return found;
}

function checkpointOf({ key, value }: KafkaMessage): Checkpoint | undefined {
  if (key?.toString() !== KEY || value === null) return undefined;
  const { position, eventId } = JSON.parse(value.toString()) as Partial<Checkpoint>;
  if (typeof position !== 'number' || typeof eventId !== 'string') throw new Error('the checkpoint is not readable');
  return { position, eventId };
}
