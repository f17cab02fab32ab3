import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage, Message } from 'kafkajs';
import type { Checkpoint } from '../relay/event-sink.js';
import { extentOf, readToEnd, type Extent } from './read-to-end.js';

const KEY = 'relay';
const CLAIM_KEY = 'claim';
/** Where the newest checkpoint is looked for first. There are as many as transactions, until the topic is compacted. */
const TAIL = 1_000n;
const WAIT_MS = 15_000;

export const checkpointMessage = (checkpoint: Checkpoint): Message => ({ key: KEY, value: JSON.stringify(checkpoint) });

/** Says that a relay takes over, and nothing of a checkpoint: whoever can read it knows the outcome of all before it. */
export const claimMessage = (): Message => ({ key: CLAIM_KEY, value: '{}' });

/**
 * The newest checkpoint of a transaction that was committed before an offset.
 *
 * Brokers name as the end of a topic what can be read for now, which is before any transaction that is open or about to be
 * completed. Only somebody who wrote to the topic knows an offset that is behind them all.
 *
 * @throws when the offset cannot be reached: somebody's transaction is open before it.
 */
export async function settledCheckpoint(kafka: Kafka, topic: string, end: bigint): Promise<Checkpoint | undefined> {
  const { low } = await extentOf(kafka, topic);
  const { checkpoint, reached } = await newestOf(kafka, topic, { low, high: end });
  if (!reached) throw new Error(`${topic} could not be read to its end`);
  return checkpoint;
}

/** The newest checkpoint that can be read now. */
export async function visibleCheckpoint(kafka: Kafka, topic: string): Promise<Checkpoint | undefined> {
  const extent = await extentOf(kafka, topic);
  if (extent.low === extent.high) return undefined;
  return (await newestOf(kafka, topic, extent)).checkpoint;
}

interface Reading {
  readonly checkpoint: Checkpoint | undefined;
  /** Whether all that was to be read was. */
  readonly reached: boolean;
}

async function newestOf(kafka: Kafka, topic: string, { low, high }: Extent): Promise<Reading> {
  const readFrom = async (from: bigint): Promise<Reading> => {
    let checkpoint: Checkpoint | undefined;
    const reached = await readToEnd(kafka, {
      ...{ topic, groupId: `${topic}.${randomUUID()}`, from, to: high, timeoutMs: WAIT_MS },
      onMessage: (message) => (checkpoint = checkpointOf(message) ?? checkpoint),
    });
    return { checkpoint, reached };
  };
  const tail = high - TAIL > low ? high - TAIL : low;
  const inTail = await readFrom(tail);
  return inTail.checkpoint !== undefined || tail === low ? inTail : readFrom(low);
}

function checkpointOf({ key, value }: KafkaMessage): Checkpoint | undefined {
  if (key?.toString() !== KEY || value === null) return undefined;
  const { position, eventId } = JSON.parse(value.toString()) as Partial<Checkpoint>;
  if (typeof position !== 'number' || typeof eventId !== 'string') throw new Error('the checkpoint is not readable');
  return { position, eventId };
}
