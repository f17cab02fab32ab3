import type { Position } from '#lib/events';
import type { Published } from './event-sink.js';

/** Who is told what a relay does, to log and to count it. */
export interface RelayObserver {
  /** It is the relay of its log from now on. */
  readonly tookOver?: (after: Position) => void;
  readonly published?: (published: Published) => void;
  /** Another relay took over, or the brokers gave up on this one. */
  readonly fenced?: () => void;
  /** Something failed, and is tried again. */
  readonly failed?: (error: unknown, failures: number, retryInMs: number) => void;
}
