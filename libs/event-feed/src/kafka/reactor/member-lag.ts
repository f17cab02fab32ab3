import type { TopicLag } from '../../reactor/reactor.js';
import type { PartitionPosition } from './group-positions.js';
import type { OffsetTracker } from './offset-tracker.js';

/** What is known of a partition: by whoever has it, once something was read, and by the brokers, while they answer. */
export interface KnownOfPartition {
  readonly topic: string;
  readonly partition: number;
  readonly tracker: Pick<OffsetTracker, 'open' | 'openSince' | 'reached'> | undefined;
  readonly position: PartitionPosition | undefined;
}

/** Works out how far a member is behind, topic by topic. */
export class MemberLag {
  /** Since when there has been something to read in partitions of which everything that was read is done. */
  private unreadSince = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  of(partitions: Iterable<KnownOfPartition>): readonly TopicLag[] {
    const unreadBefore = this.unreadSince;
    this.unreadSince = new Map();
    const lags = new Map<string, TopicLag>();
    for (const known of partitions) {
      const { topic, partition } = known;
      const { events, seconds } = this.ofPartition(known, unreadBefore.get(`${topic} ${partition}`));
      const before = lags.get(topic) ?? { topic, events: 0, seconds: 0 };
      lags.set(topic, { topic, events: before.events + events, seconds: Math.max(before.seconds, seconds) });
    }
    return [...lags.values()];
  }

  private ofPartition(
    { topic, partition, tracker, position }: KnownOfPartition,
    unreadBefore: number | undefined,
  ): Omit<TopicLag, 'topic'> {
    if (position === undefined) return { events: NaN, seconds: NaN };
    const { end, committed } = position;
    const reached = tracker?.reached ?? committed;
    const unread = Number(end - (reached > committed ? reached : committed));
    const open = tracker?.open ?? 0;
    if (open === 0 && unread <= 0) return { events: 0, seconds: 0 };
    const since = tracker?.openSince ?? unreadBefore ?? this.now();
    if (open === 0) this.unreadSince.set(`${topic} ${partition}`, since);
    return { events: open + Math.max(0, unread), seconds: Math.max(0, this.now() - since) / 1_000 };
  }
}
