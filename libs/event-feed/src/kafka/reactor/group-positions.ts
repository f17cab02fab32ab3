import type { Admin, Kafka } from 'kafkajs';
import { pause } from '#lib/event-store';

export interface GroupPositionsOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
}

/** What the brokers say of one partition. */
export interface PartitionPosition {
  /** Offset that the next message will have. */
  readonly end: bigint;
  /** Where whoever has the partition goes on after a restart: what the group committed, or the first that there is. */
  readonly committed: bigint;
}

const ASK_EVERY_MS = 3_000;
/** What the brokers said longer ago than this is not told any more. */
const STALE_MS = 15_000;

/**
 * Where the topics of a group end, and what it has committed. The brokers are asked every few seconds, so that whoever
 * reads metrics does not wait for brokers that do not answer.
 */
export class GroupPositions {
  private known: ReadonlyMap<string, ReadonlyMap<number, PartitionPosition>> = new Map();
  private knownSince = -Infinity;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: GroupPositionsOptions) {}

  start(signal: AbortSignal): void {
    this.running = this.run(signal);
  }

  /** Resolves when nobody is asked any more, after the signal was aborted. */
  stopped(): Promise<void> {
    return this.running;
  }

  /** `undefined` while the brokers have not said, or have not for some time. */
  of(topic: string, partition: number): PartitionPosition | undefined {
    if (performance.now() - this.knownSince > STALE_MS) return undefined;
    return this.known.get(topic)?.get(partition);
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const admin = this.options.kafka.admin();
      try {
        await admin.connect();
        while (!signal.aborted) {
          this.known = await this.ask(admin);
          this.knownSince = performance.now();
          await pause(ASK_EVERY_MS, signal);
        }
      } catch {
        // The group itself tells that brokers do not answer; here it shows as not being known.
        await pause(ASK_EVERY_MS, signal);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }
  }

  private async ask(admin: Admin): Promise<typeof this.known> {
    const { groupId, topics } = this.options;
    const committed = new Map(
      (await admin.fetchOffsets({ groupId, topics: [...topics] })).map(({ topic, partitions }) => [
        topic,
        new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)])),
      ]),
    );
    const known = new Map<string, ReadonlyMap<number, PartitionPosition>>();
    for (const topic of topics) {
      const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => {
        const first = BigInt(low);
        const kept = committed.get(topic)?.get(partition) ?? first;
        return [partition, { end: BigInt(high), committed: kept < first ? first : kept }] as const;
      });
      known.set(topic, new Map(partitions));
    }
    return known;
  }
}
