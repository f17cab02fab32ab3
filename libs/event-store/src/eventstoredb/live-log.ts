import type { Position, RecordedEvent } from '#lib/events';
import { RecentEvents } from '../recent-events.js';
import { Subscribers } from '../subscribers.js';

type Follow = (after: Position) => AsyncIterable<readonly RecordedEvent[]>;

/**
 * The end of the log as it grows, read once for all subscribers of the process. Followed from when the first of them
 * asks.
 */
export class LiveLog {
  private readonly subscribers = new Subscribers();
  private recent: RecentEvents | undefined;
  private starting: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly lastPosition: () => Promise<Position>,
    private readonly follow: Follow,
    private readonly closing: AbortSignal,
  ) {}

  /**
   * The events after a position, as soon as there are some. None when the signal ends the wait; `undefined` when the
   * position is too far back.
   *
   * @throws what ended the following of the log.
   */
  async after(position: Position, signal: AbortSignal): Promise<readonly RecordedEvent[] | undefined> {
    await this.start(signal);
    for (;;) {
      if (this.failure !== undefined) throw this.failure.error;
      if (signal.aborted) return [];
      const events = this.recent?.after(position);
      if (events === undefined || events.length > 0) return events;
      await this.subscribers.next(signal);
    }
  }

  /** Whether everything after a position is at hand. */
  has(position: Position): boolean {
    return this.recent?.after(position) !== undefined;
  }

  private async start(signal: AbortSignal): Promise<void> {
    while (this.recent === undefined && this.failure === undefined && !signal.aborted) {
      this.starting ??= this.begin();
      await untilAborted(this.starting, signal);
    }
  }

  private async begin(): Promise<void> {
    try {
      const position = await this.lastPosition();
      this.recent = new RecentEvents(position);
      void this.run(position, this.recent);
    } catch (error) {
      if (!this.closing.aborted) this.failure = { error };
    }
  }

  private async run(position: Position, recent: RecentEvents): Promise<void> {
    try {
      for await (const events of this.follow(position)) {
        for (const event of events) recent.add(event, JSON.stringify(event.data).length);
        this.subscribers.wake();
      }
    } catch (error) {
      if (!this.closing.aborted) this.failure = { error };
      this.subscribers.wake();
    }
  }
}

/** The work goes on for others. */
function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    void work.then(done);
  });
}
