import type { Position, Revision, StreamName } from '#lib/events';

/** An event as a reader of the feed gets it. */
export interface FeedEvent {
  readonly id: string;
  /** Type as the catalogue has it, such as `TagPushed`. */
  readonly type: string;
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly position: Position;
  readonly time: string;
  /** Last event of its command: the moment at which its effects may be shown. */
  readonly completesCommand: boolean;
  /** `undefined` where the event is too large for the feed and has to be read from the log. */
  readonly data: object | undefined;
}
