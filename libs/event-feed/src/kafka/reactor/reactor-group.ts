import { setTimeout as sleep } from 'node:timers/promises';
import {
  Partitioners,
  type Consumer,
  type EachBatchPayload,
  type Kafka,
  type KafkaMessage,
  type Producer,
} from 'kafkajs';
import { pause } from '#lib/event-store';
import type { StreamName } from '#lib/events';
import { consuming, NO_TRACER, type Tracer } from '#lib/tracing';
import type { Reactor, ReactorMember, ReactorObserver, Share, TopicLag } from '../../reactor/reactor.js';
import { topicName, type EventTopic } from '../../topics.js';
import { NoEventError, readEventMessage, textOf } from '../event-message.js';
import { createMissingTopics, reactorTopics, relayTopics, type TopicSettings } from '../topic-setup.js';
import { deadLetterMessage } from './dead-letter.js';
import { GroupPositions } from './group-positions.js';
import { KeyLanes } from './key-lanes.js';
import { MemberLag } from './member-lag.js';
import { OffsetTracker } from './offset-tracker.js';

export interface ReactorGroupOptions {
  readonly kafka: Kafka;
  readonly settings: TopicSettings;
  readonly reactor: Reactor;
  readonly observer?: ReactorObserver;
  /** Makes acting on an event a span of the trace that led to it. */
  readonly tracer?: Tracer | undefined;
  /** Events that are acted upon at the same time. */
  readonly concurrency?: number;
  /** How often an event may fail before it is laid aside. */
  readonly attempts?: number;
  readonly firstRetryMs?: number;
  /** A member that is not heard of for so long is taken for dead, and others do its work. */
  readonly sessionTimeoutMs?: number;
}

const CONCURRENCY = 16;
const ATTEMPTS = 6;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
const LAST_REJOIN_MS = 10_000;
const SESSION_TIMEOUT_MS = 15_000;
/** Events that were taken and are not done. One stream that takes long must not hold up the others of its partition. */
const WINDOW = 512;
const COMMIT_EVERY_MS = 1_000;
const FETCH_WAIT_MS = 200;
const STOP_MS = 5_000;

interface Partition {
  readonly tracker: OffsetTracker;
  /** Aborted when the partition is given to somebody else. */
  readonly lost: AbortController;
  /** Whether a batch came since the last time that the group was put together. */
  resumed: boolean;
  committed: bigint;
}

/**
 * One member of a group that acts on events. The partitions of the topics are shared out among the members; when one
 * joins or goes, they are shared out anew.
 *
 * What was done is committed, never what was only taken: whoever takes over a partition begins with the first event that
 * is not done. So a crash repeats at most what was under way, and what was done after it.
 */
export class ReactorGroup implements ReactorMember {
  private readonly partitions = new Map<string, Partition>();
  private readonly lanes: KeyLanes;
  private readonly stopping = new AbortController();
  private consumer: Consumer | undefined;
  private readonly producer: Producer;
  private readonly positions: GroupPositions;
  private readonly memberLag = new MemberLag();
  private partitionCounts: ReadonlyMap<string, number> = new Map();
  /** Places of the partitions that are ours. */
  private mine: ReadonlySet<string> = new Set();
  private starting: Promise<void> = Promise.resolve();
  private committing: NodeJS.Timeout | undefined;

  constructor(private readonly options: ReactorGroupOptions) {
    const { kafka, concurrency = CONCURRENCY } = options;
    this.lanes = new KeyLanes(concurrency);
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    this.positions = new GroupPositions({ kafka, groupId: this.groupId, topics: this.topics() });
  }

  /** Joins the group as soon as the brokers can be reached. Resolves when it has, or was stopped before. */
  start(): Promise<void> {
    const { reactor, observer } = this.options;
    observer?.started?.(reactor.name, this);
    this.starting = this.keepTrying(() => this.startNow());
    return this.starting;
  }

  /** Partitions whose events come here. */
  get partitionCount(): number {
    return this.mine.size;
  }

  /** How far it is behind in the partitions that are its own. */
  lag(): readonly TopicLag[] {
    return this.memberLag.of(
      [...this.mine].map((place) => {
        const { topic, partition } = topicPartitionOf(place);
        const tracker = this.partitions.get(place)?.tracker;
        return { topic, partition, tracker, position: this.positions.of(topic, partition) };
      }),
    );
  }

  /** Leaves the group. What is under way is completed, if that does not take too long. */
  async stop(): Promise<void> {
    clearInterval(this.committing);
    this.stopping.abort();
    await Promise.race([this.starting, sleep(STOP_MS, undefined, { ref: false })]);
    await this.lanes.pause(STOP_MS);
    for (const { lost } of this.partitions.values()) lost.abort();
    this.lanes.resume();
    await this.lanes.fewerThan(1, STOP_MS);
    await this.commit();
    await this.consumer?.disconnect();
    await this.producer.disconnect();
    await this.positions.stopped();
  }

  private async startNow(): Promise<void> {
    await this.prepareTopics();
    await this.producer.connect();
    await this.join();
    if (this.stopping.signal.aborted) return;
    this.positions.start(this.stopping.signal);
    this.committing = setInterval(() => void this.commit(), COMMIT_EVERY_MS);
  }

  /** Does something that needs the brokers until it has come to its end, or the member is stopped. */
  private async keepTrying(attempt: () => Promise<void>): Promise<void> {
    const { reactor, observer, firstRetryMs = FIRST_RETRY_MS } = this.options;
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await attempt();
        return;
      } catch (error) {
        await this.consumer?.disconnect().catch(() => undefined);
        if (signal.aborted) return;
        observer?.failed?.(reactor.name, error);
      }
      await pause(Math.min(firstRetryMs * 2 ** failures, LAST_REJOIN_MS), signal);
    }
  }

  private async prepareTopics(): Promise<void> {
    const { kafka, settings, reactor } = this.options;
    const admin = kafka.admin();
    await admin.connect();
    try {
      await createMissingTopics(admin, [...relayTopics(settings), ...reactorTopics(settings, reactor.name)]);
      const topics = reactor.topics.map((topic) => topicName.events(settings.topicPrefix, topic));
      const { topics: metadata } = await admin.fetchTopicMetadata({ topics });
      this.partitionCounts = new Map(metadata.map(({ name, partitions }) => [name, partitions.length]));
    } finally {
      await admin.disconnect();
    }
  }

  private async join(): Promise<void> {
    const { kafka, reactor, observer, sessionTimeoutMs = SESSION_TIMEOUT_MS } = this.options;
    const consumer = kafka.consumer({
      groupId: this.groupId,
      readUncommitted: false,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      retry: { retries: 10, initialRetryTime: 100, maxRetryTime: 5_000 },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment));
    consumer.on(consumer.events.REBALANCING, () => {
      // What is done from here on could not be committed, and would be done again by whoever gets the partition.
      void this.lanes.pause();
      void this.commit();
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const { topic, partition, batchSize, firstOffset, lastOffset } = payload;
      // Nobody else is told of batches in which there are only marks of transactions, and what was aborted.
      if (batchSize === 0) this.passOver(topic, partition, firstOffset, lastOffset);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      observer?.failed?.(reactor.name, payload.error);
      void this.lanes.pause();
      this.mine = new Set();
      // The client begins again by itself after some failures, and for ever stays away after others.
      if (!payload.restart) void this.joinAgain(consumer);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: this.topics(), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (batch) => this.take(batch),
    });
  }

  private async joinAgain(dead: Consumer): Promise<void> {
    const { firstRetryMs = FIRST_RETRY_MS } = this.options;
    await dead.disconnect().catch(() => undefined);
    await pause(firstRetryMs, this.stopping.signal);
    await this.keepTrying(() => this.join());
  }

  private get groupId(): string {
    const { settings, reactor } = this.options;
    return `${settings.topicPrefix}.${reactor.name}`;
  }

  private topics(): string[] {
    const { settings, reactor } = this.options;
    return [
      ...reactor.topics.map((topic) => topicName.events(settings.topicPrefix, topic)),
      topicName.replays(settings.topicPrefix, reactor.name),
    ];
  }

  private joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    const { reactor, observer } = this.options;
    const mine = new Set(
      Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((one) => placeOf(topic, one))),
    );
    for (const [place, partition] of this.partitions) {
      partition.resumed = false;
      if (mine.has(place)) continue;
      partition.lost.abort();
      this.partitions.delete(place);
    }
    this.mine = mine;
    observer?.shareChanged?.(reactor.name, mine.size);
    reactor.shareChanged?.(this.shareOf(mine));
    this.lanes.resume();
  }

  private shareOf(mine: ReadonlySet<string>): Share {
    const partitioner = Partitioners.DefaultPartitioner();
    return {
      owns: (topic: EventTopic, stream: StreamName): boolean => {
        const name = topicName.events(this.options.settings.topicPrefix, topic);
        const partitions = Array.from({ length: this.partitionCounts.get(name) ?? 0 }, (_, id) => ({
          ...{ partitionId: id, leader: 0, replicas: [], isr: [], partitionErrorCode: 0 },
        }));
        const partition = partitioner({
          ...{ topic: name, partitionMetadata: partitions },
          message: { key: stream, value: null },
        });
        return mine.has(placeOf(name, partition));
      },
    };
  }

  private async take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic } = batch;
    const partition = this.partitionOf(topic, batch.partition);
    for (const message of batch.messages) {
      while (this.lanes.size >= WINDOW && payload.isRunning() && !this.stopping.signal.aborted) {
        await this.lanes.fewerThan(WINDOW, FETCH_WAIT_MS);
        await payload.heartbeat();
      }
      if (this.stopping.signal.aborted || !payload.isRunning() || payload.isStale() || partition.lost.signal.aborted)
        return;
      const offset = BigInt(message.offset);
      if (!partition.resumed) {
        partition.tracker.resume(offset);
        partition.resumed = true;
      }
      if (partition.tracker.begin(offset, Number(message.timestamp)))
        this.begin(topic, batch.partition, partition, message);
      payload.resolveOffset(message.offset);
    }
    partition.tracker.readUpTo(BigInt(batch.lastOffset()) + 1n);
    await payload.heartbeat();
  }

  private passOver(topic: string, number: number, first: string | null, last: string): void {
    if (first === null || !this.mine.has(placeOf(topic, number))) return;
    const partition = this.partitionOf(topic, number);
    if (!partition.resumed) partition.tracker.resume(BigInt(first));
    partition.resumed = true;
    partition.tracker.readUpTo(BigInt(last) + 1n);
  }

  private begin(topic: string, number: number, { tracker, lost }: Partition, message: KafkaMessage): void {
    const key = message.key?.toString() ?? '';
    this.lanes.add(key, async () => {
      const { signal } = lost;
      if (!signal.aborted) await this.handle(topic, number, message, signal);
      // What was interrupted is somebody else's to do.
      if (!signal.aborted) tracker.done(BigInt(message.offset));
    });
  }

  private async handle(topic: string, partition: number, message: KafkaMessage, signal: AbortSignal): Promise<void> {
    const { reactor, observer, tracer = NO_TRACER, attempts = ATTEMPTS, firstRetryMs = FIRST_RETRY_MS } = this.options;
    const context = textOf(message.headers ?? {}, 'ce_traceparent');
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const event = readEventMessage(message);
        try {
          await tracer.span(`react ${reactor.name}`, consuming(topic, context), () => reactor.react(event, signal));
          observer?.reacted?.(reactor.name);
          return;
        } catch (error) {
          if (signal.aborted) return;
          const isPassing = reactor.isPassing?.(error) ?? false;
          if (attempt >= attempts && !isPassing) throw error;
          observer?.retrying?.(reactor.name, event, attempt, error);
          await pause(Math.min(firstRetryMs * 2 ** (attempt - 1), LAST_RETRY_MS), signal);
        }
      } catch (error) {
        const tried = error instanceof NoEventError ? 1 : attempt;
        return this.layAside(topic, partition, message, error, tried, signal);
      }
    }
  }

  /** Goes on trying: an event that was neither acted upon nor laid aside would be lost. */
  private async layAside(
    topic: string,
    partition: number,
    message: KafkaMessage,
    error: unknown,
    attempts: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { settings, reactor, observer, firstRetryMs = FIRST_RETRY_MS } = this.options;
    const letter = {
      ...{ reactor: reactor.name, topic, partition: String(partition), offset: message.offset },
      ...{ attempts: String(attempts), time: new Date().toISOString() },
      error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown',
    };
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const messages = [deadLetterMessage(message, letter)];
        await this.producer.send({
          topic: topicName.deadLetters(settings.topicPrefix, reactor.name),
          acks: -1,
          messages,
        });
        observer?.laidAside?.(reactor.name, `${topic}/${partition}@${message.offset}`, error);
        return;
      } catch (failure) {
        observer?.failed?.(reactor.name, failure);
        await pause(Math.min(firstRetryMs * 2 ** failures, LAST_RETRY_MS), signal);
      }
    }
  }

  private async commit(): Promise<void> {
    const due = [...this.partitions].flatMap(([place, partition]) => {
      const offset = partition.tracker.committable;
      // As long as nothing was read since the group was put together, others may have come further than is known here.
      const isKnown = partition.resumed && offset !== undefined && offset > partition.committed;
      return isKnown ? [{ place, partition, offset }] : [];
    });
    if (due.length === 0) return;
    try {
      await this.consumer?.commitOffsets(
        due.map(({ place, offset }) => ({ ...topicPartitionOf(place), offset: String(offset) })),
      );
      for (const { partition, offset } of due) partition.committed = offset;
    } catch {
      // The group is being put together anew, and is told the next time.
    }
  }

  private partitionOf(topic: string, number: number): Partition {
    const place = placeOf(topic, number);
    const known = this.partitions.get(place);
    if (known !== undefined) return known;
    const partition = { tracker: new OffsetTracker(), lost: new AbortController(), resumed: false, committed: -1n };
    if (this.stopping.signal.aborted) partition.lost.abort();
    this.partitions.set(place, partition);
    return partition;
  }
}

const placeOf = (topic: string, partition: number): string => `${topic} ${partition}`;

function topicPartitionOf(place: string): { readonly topic: string; readonly partition: number } {
  const [topic = '', partition = ''] = place.split(' ');
  return { topic, partition: Number(partition) };
}
