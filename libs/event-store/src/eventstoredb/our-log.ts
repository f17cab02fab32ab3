import type { AllStreamResolvedEvent, Position as LogPosition } from '@eventstore/db-client';
import type { Position } from '#lib/events';
import type { Anchors } from './anchors.js';
import type { DatabaseClient } from './database-client.js';
import type { OurStreams } from './our-streams.js';
import { Retries, type Patience } from './patience.js';
import { logPosition } from './stored-event.js';
import { Subscription } from './subscription.js';

/**
 * Our events in the order of the log: what the server finds when it leaves out its own events and those of others.
 *
 * Goes on where it was when the connection breaks, or the server drops it.
 */
export class OurLog {
  constructor(
    private readonly client: DatabaseClient,
    private readonly streams: OurStreams,
    private readonly anchors: Anchors,
  ) {}

  /**
   * Everything after a position, in pages, and then whatever comes. Ends with the signal of the patience; where that is
   * not endless, something is expected to come.
   *
   * @throws EventStoreError when the patience is at its end, or would not help.
   */
  async *after(position: Position, patience: Patience): AsyncIterable<readonly AllStreamResolvedEvent[]> {
    const { signal } = patience;
    const retries = new Retries(patience);
    let reached: LogPosition | undefined;
    while (!signal.aborted) {
      try {
        reached ??= logPosition(await this.anchors.for(position));
        const subscription = new Subscription(this.client, this.streams.prefixes, reached, patience);
        for await (const page of subscription) {
          retries.worked();
          reached = subscription.reached;
          const wanted = page.filter(({ event }) => event !== undefined && Number(event.position.commit) > position);
          if (wanted.length > 0) yield wanted;
        }
      } catch (error) {
        if (signal.aborted) return;
        await retries.failed(error).catch((failure: unknown) => {
          if (!signal.aborted) throw failure;
        });
      }
    }
  }
}
