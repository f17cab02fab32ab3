import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage, Message } from 'kafkajs';
import type { Checkpoint } from '../relay/event-sink.js';
import { extentOf, readToEnd } from './read-to-end.js';

const KEY = 'relay';
/** Where the newest checkpoint is looked for first. There are as many as transactions, until the topic is compacted. */
const TAIL = 1_000n;
const WAIT_MS = 15_000;

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
  const { low, high } = await extentOf(kafka, topic);
  const newest = async (from: bigint): Promise<Checkpoint | undefined> => {
    let found: Checkpoint | undefined;
    const reached = await readToEnd(kafka, {
      ...{ topic, groupId: `${topic}.${randomUUID()}`, from, to: high, timeoutMs: WAIT_MS },
      onMessage: (message) => (found = checkpointOf(message) ?? found),
    });
    if (!reached && until === 'complete') throw new Error(`${topic} could not be read to its end`);
    return found;
  };
  if (low === high) return undefined;
  const tail = high - TAIL > low ? high - TAIL : low;
  const found = await newest(tail);
  return found !== undefined || tail === low ? found : newest(low);
}

function checkpointOf({ key, value }: KafkaMessage): Checkpoint | undefined {
  if (key?.toString() !== KEY || value === null) return undefined;
  const { position, eventId } = JSON.parse(value.toString()) as Partial<Checkpoint>;
  if (typeof position !== 'number' || typeof eventId !== 'string') throw new Error('the checkpoint is not readable');
  return { position, eventId };
}
