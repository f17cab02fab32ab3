import type { EventStore } from '#lib/event-store';
import type { Position } from '#lib/events';

/** Often enough for a measurement that is collected every few seconds. */
const LOOK_MS = 2_000;

/** Knows about where the log ends, without a question to the event store for everybody who wants to know. */
export class LogEnd {
  private known: Position = 0;
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly store: EventStore) {}

  static follow(store: EventStore): LogEnd {
    const end = new LogEnd(store);
    const look = async (): Promise<void> => {
      // What is not answered is asked again; until then the last answer stands.
      end.known = await end.store.lastPosition().catch(() => end.known);
    };
    void look();
    end.timer = setInterval(() => void look(), LOOK_MS);
    return end;
  }

  get position(): Position {
    return this.known;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
