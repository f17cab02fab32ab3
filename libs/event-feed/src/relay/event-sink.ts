import type { Position, RecordedEvent } from '#lib/events';

/** Up to where a log is published. */
export interface Checkpoint {
  readonly position: Position;
  /** Id of the event there, by which it is known whether the checkpoint is of this log. */
  readonly eventId: string;
}

/** Whether an event was published, or something in its place. */
export interface Published {
  readonly events: number;
  /** How many of them are too large, and were only referred to. */
  readonly references: number;
}

/** Where a relay publishes. One relay at a time: whoever takes over fences the one before. */
export interface EventSink {
  /**
   * Ends whatever another relay began, keeps it from publishing more, and says up to where was published: `undefined` for
   * nothing yet.
   *
   * @throws FencedError when somebody else takes over at the same time.
   */
  takeOver(): Promise<Checkpoint | undefined>;

  /**
   * Publishes events and moves the checkpoint to the last of them, both or neither.
   *
   * After an error nothing is known but that; {@link takeOver} finds out.
   *
   * @throws FencedError when somebody else took over.
   */
  publish(events: readonly RecordedEvent[]): Promise<Published>;

  /** Up to where was published, by whomever, as far as it can be seen without taking over. */
  checkpoint(): Promise<Checkpoint | undefined>;

  /** Lets go of connections. What was not completed was not published. */
  release(): Promise<void>;
}

/** Another relay took over, or the brokers gave up on this one. */
export class FencedError extends Error {
  constructor() {
    super('another relay took over, or a transaction took longer than the brokers wait');
    this.name = 'FencedError';
  }
}
