import type { StreamName } from '#lib/events';
import type { FeedEvent } from '../feed-event.js';
import type { EventTopic } from '../topics.js';

/** Does something about events. It may be told of the same event more than once, and must not do harm then. */
export interface Reactor {
  /** Those of one name share the work: it is part of the names of the consumer group and of the dead letters. */
  readonly name: string;
  readonly topics: readonly EventTopic[];

  /**
   * Events of one stream come one after the other, in their order.
   *
   * @param signal - aborted when somebody else is to do it, or nobody for now. What comes of it then does not count.
   */
  react(event: FeedEvent, signal: AbortSignal): Promise<void>;

  /** Whether a failure has nothing to do with the event, so that it is tried for ever rather than laid aside. */
  isPassing?(error: unknown): boolean;

  /** Told which streams' events come here from now on, whenever that changes. */
  shareChanged?(share: Share): void;
}

/** Which part of the work is done here. */
export interface Share {
  owns(topic: EventTopic, stream: StreamName): boolean;
}

/** How far a member of a group is behind in one topic, over the partitions that are its own. */
export interface TopicLag {
  /** With its prefix. */
  readonly topic: string;
  /**
   * Events that are not done. Of those that were not read yet no more is known than their places, some of which are no
   * events. NaN while it is not known.
   */
  readonly events: number;
  /** For how long the oldest of them has been in the topic; 0 where there is none. NaN while it is not known. */
  readonly seconds: number;
}

/** One of those who share the work of a reactor, as far as it can be measured. */
export interface ReactorMember {
  /** Partitions whose events come here; 0 while it does not belong to the group. */
  readonly partitionCount: number;
  lag(): readonly TopicLag[];
}

/** Who is told what a group does, to log and to count it. */
export interface ReactorObserver {
  readonly started?: (reactor: string, member: ReactorMember) => void;
  readonly reacted?: (reactor: string) => void;
  readonly retrying?: (reactor: string, event: FeedEvent, attempt: number, error: unknown) => void;
  /** An event was laid aside: nobody acts on it until it is replayed. */
  readonly laidAside?: (reactor: string, place: string, error: unknown) => void;
  readonly shareChanged?: (reactor: string, partitions: number) => void;
  readonly failed?: (reactor: string, error: unknown) => void;
}

/** Nest token of the {@link ReactorObserver}. */
export const REACTOR_OBSERVER = Symbol('ReactorObserver');
