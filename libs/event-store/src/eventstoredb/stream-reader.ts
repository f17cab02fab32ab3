import { BACKWARDS, END, FORWARDS, START, type ResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent, Revision, StreamName } from '#lib/events';
import type { ReadStream } from '../event-store.js';
import type { DatabaseClient } from './database-client.js';
import type { OurStreams } from './our-streams.js';
import { PAGE, pageOf } from './pages.js';
import { retrying, type Patience } from './patience.js';
import { recorded } from './stored-event.js';

/** Reads single streams, page by page. */
export class StreamReader {
  constructor(
    private readonly client: DatabaseClient,
    private readonly streams: OurStreams,
    private readonly patience: Patience,
  ) {}

  async *read(
    stream: StreamName,
    { direction = 'forward', from, limit = Infinity }: ReadStream,
  ): AsyncIterable<RecordedEvent> {
    let next = from;
    for (let left = limit; left > 0;) {
      const count = Math.min(PAGE, left);
      const page = await this.page(stream, direction, next, count);
      yield* page;
      left -= page.length;
      const last = page.at(-1)?.revision;
      if (last === undefined || page.length < count) return;
      next = direction === 'forward' ? last + 1 : last - 1;
      if (next < 0) return;
    }
  }

  private page(
    stream: StreamName,
    direction: 'forward' | 'backward',
    from: Revision | undefined,
    maxCount: number,
  ): Promise<RecordedEvent[]> {
    const forward = direction === 'forward';
    return retrying(this.patience, async () => {
      const read = this.client.readStream(this.streams.inDatabase(stream), {
        direction: forward ? FORWARDS : BACKWARDS,
        fromRevision: from !== undefined ? BigInt(from) : forward ? START : END,
        maxCount,
        requiresLeader: true,
      });
      return (await pageOf<ResolvedEvent>(read, this.patience)).map((event) => recorded(event, this.streams));
    });
  }
}
