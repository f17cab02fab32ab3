import { BACKWARDS, END, type AllStreamResolvedEvent } from '@eventstore/db-client';
import type { Position } from '#lib/events';
import type { DatabaseClient } from './database-client.js';
import type { OurStreams } from './our-streams.js';
import { PAGE, pageOf } from './pages.js';
import { retrying, type Patience } from './patience.js';
import { logPosition, positionOf } from './stored-event.js';

const FIRST_PAGE = 2;

/**
 * Where our last event is.
 *
 * The database writes events of its own into the log, and may hold those of others. Whoever waits for the end of the
 * log waits for an event to come to them, and only ours do. So it is the last of ours that counts: found by reading
 * backward from the end, which is read each time, as another process may have appended, and seldom further than to
 * where it was found last.
 */
export class LogEnd {
  /** Our last event as far as we know, */
  private last: Position = 0;
  /** and up to where there is none after it. */
  private lookedAt: Position = 0;
  private running: Promise<Position> | undefined;
  private coming: Promise<Position> | undefined;

  constructor(
    private readonly client: DatabaseClient,
    private readonly streams: OurStreams,
    private readonly patience: Patience,
  ) {}

  /** An event of ours is there. */
  note(position: Position): void {
    if (position > this.lookedAt) this.last = this.lookedAt = position;
    else if (position > this.last) this.last = position;
  }

  /** Whoever asks while somebody looks waits for the next look, which they share: the present one may be too early. */
  position(): Promise<Position> {
    this.coming ??= this.next();
    return this.coming;
  }

  private async next(): Promise<Position> {
    await this.running?.catch(() => undefined);
    this.running = retrying(this.patience, () => this.look());
    this.coming = undefined;
    return this.running;
  }

  private async look(): Promise<Position> {
    const knownLast = this.last;
    const known = this.lookedAt;
    let end: Position | undefined;
    let before: Position | undefined;
    for (let count = FIRST_PAGE; ; count = Math.min(count * 4, PAGE)) {
      const read = this.client.readAll({
        direction: BACKWARDS,
        fromPosition: before === undefined ? END : logPosition(before),
        maxCount: count,
        requiresLeader: true,
      });
      const reached = before;
      for (const { event } of await pageOf<AllStreamResolvedEvent>(read, this.patience)) {
        if (event === undefined) continue;
        // Only ours are sure to say one thing in both numbers.
        const position = Number(event.position.commit);
        if (before !== undefined && position >= before) continue;
        end ??= position;
        before = position;
        if (position <= known) return this.found(knownLast, end);
        if (this.streams.ours(event.streamId) !== undefined)
          return this.found(positionOf(event.position, event.streamId), end);
      }
      if (before === reached) return this.found(knownLast, end ?? known);
    }
  }

  private found(last: Position, end: Position): Position {
    this.last = Math.max(this.last, last);
    this.lookedAt = Math.max(this.lookedAt, end);
    return this.last;
  }
}
