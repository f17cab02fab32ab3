import {
  START,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
} from '@eventstore/db-client';
import type { Position } from '#lib/events';
import type { Anchors } from './anchors.js';
import type { DatabaseClient } from './database-client.js';
import type { OurStreams } from './our-streams.js';
import { end, PAGE } from './pages.js';
import { closed, Retries, type Patience } from './patience.js';
import { logPosition } from './stored-event.js';

/** How many events of others the server passes over before it says how far it has come. */
const SEARCH_WINDOW = 512;

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
   * Everything after a position, in pages, and then whatever comes. Ends with the signal of the patience.
   *
   * @throws EventStoreError when the patience is at its end, or would not help.
   */
  async *after(position: Position, patience: Patience): AsyncIterable<readonly AllStreamResolvedEvent[]> {
    const { signal } = patience;
    const retries = new Retries(patience);
    let reached: Position | undefined;
    while (!signal.aborted) {
      try {
        reached ??= await this.anchors.for(position);
        const pages = new Subscription(this.client, this.streams.prefixes, reached, signal);
        try {
          for await (const page of pages) {
            retries.worked();
            reached = Math.max(reached, pages.reached);
            const wanted = page.filter(({ event }) => event !== undefined && Number(event.position.commit) > position);
            if (wanted.length > 0) yield wanted;
          }
        } finally {
          reached = Math.max(reached, pages.reached);
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

/** One subscription, until it breaks. */
class Subscription {
  /** Up to where everything was handed out. */
  reached: Position;
  private checkpoint: Position = 0;

  constructor(
    private readonly client: DatabaseClient,
    private readonly prefixes: readonly string[],
    start: Position,
    private readonly signal: AbortSignal,
  ) {
    this.reached = start;
  }

  /** @throws whatever the subscription ends with: it never ends well. */
  async *[Symbol.asyncIterator](): AsyncIterator<readonly AllStreamResolvedEvent[]> {
    const subscription = this.open();
    const news = new News(subscription, this.signal);
    try {
      for (;;) {
        const page = this.take(subscription);
        if (page.length > 0) yield page;
        else await news.next();
      }
    } finally {
      news.stop();
      end(subscription, () => subscription.unsubscribe());
    }
  }

  private open(): AllStreamSubscription {
    const filter = streamNameFilter({
      prefixes: [...this.prefixes],
      maxSearchWindow: SEARCH_WINDOW,
      checkpointInterval: 1,
      checkpointReached: (_, { commit }) => {
        this.checkpoint = Number(commit);
      },
    });
    const fromPosition = this.reached === 0 ? START : logPosition(this.reached);
    return this.client.subscribeToAll(
      { fromPosition, filter, resolveLinkTos: false, requiresLeader: true },
      { highWaterMark: PAGE },
    );
  }

  /** What has arrived. Everything before a checkpoint has been handed out once nothing is left. */
  private take(subscription: AllStreamSubscription): AllStreamResolvedEvent[] {
    const page: AllStreamResolvedEvent[] = [];
    while (page.length < PAGE) {
      const event = subscription.read() as AllStreamResolvedEvent | null;
      if (event === null) {
        this.reached = Math.max(this.reached, this.checkpoint, lastOf(page));
        return page;
      }
      page.push(event);
    }
    this.reached = Math.max(this.reached, lastOf(page));
    return page;
  }
}

const lastOf = (page: readonly AllStreamResolvedEvent[]): Position => Number(page.at(-1)?.event?.position.commit ?? 0);

/** Waits for a subscription to have something, or to have ended. */
class News {
  private over: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(
    private readonly subscription: AllStreamSubscription,
    private readonly signal: AbortSignal,
  ) {
    subscription.on('readable', this.tell);
    // Stays: what is cancelled may still fail, and nobody else listens.
    subscription.on('error', (error) => this.finish(error));
    subscription.once('end', () => this.finish(new Error('the server ended the subscription')));
    subscription.once('close', () => this.finish(new Error('the subscription was closed')));
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.onAbort();
  }

  async next(): Promise<void> {
    if (this.over === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.over !== undefined && this.subscription.readableLength === 0) throw this.over;
  }

  stop(): void {
    this.signal.removeEventListener('abort', this.onAbort);
  }

  private readonly tell = (): void => this.wake?.();

  private readonly onAbort = (): void => this.finish(closed());

  private finish(why: Error): void {
    this.over ??= why;
    this.tell();
  }
}
