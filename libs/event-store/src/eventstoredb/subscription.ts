import {
  START,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type Position as LogPosition,
} from '@eventstore/db-client';
import type { DatabaseClient } from './database-client.js';
import { end, PAGE } from './pages.js';
import { closed, type Patience } from './patience.js';
import { logPosition } from './stored-event.js';

/** How many events of others the server passes over before it says how far it has come. */
const SEARCH_WINDOW = 512;

/** One filtered subscription to the log, until it breaks. */
export class Subscription {
  private handedOut: LogPosition;
  private checkpoint: LogPosition | undefined;

  /** @param start - what comes after this place is wanted; 0 stands for the start of the log. */
  constructor(
    private readonly client: DatabaseClient,
    private readonly prefixes: readonly string[],
    start: LogPosition,
    private readonly patience: Patience,
  ) {
    this.handedOut = start;
  }

  /** Up to where everything was handed out: where to go on. */
  get reached(): LogPosition {
    return this.handedOut;
  }

  /**
   * What comes, in pages; empty ones where the server only says how far it has come.
   *
   * @throws whatever the subscription ends with: it never ends well.
   */
  async *[Symbol.asyncIterator](): AsyncIterator<readonly AllStreamResolvedEvent[]> {
    const { forMs, callMs, signal } = this.patience;
    const news = new News(signal);
    const subscription = this.open(news);
    try {
      for (;;) {
        const before = this.handedOut;
        const page = this.take(subscription);
        if (page.length > 0 || this.handedOut !== before) yield page;
        else await news.next(forMs === Infinity ? undefined : callMs);
      }
    } finally {
      news.stop();
      end(subscription, () => subscription.unsubscribe());
    }
  }

  private open(news: News): AllStreamSubscription {
    const filter = streamNameFilter({
      prefixes: [...this.prefixes],
      maxSearchWindow: SEARCH_WINDOW,
      checkpointInterval: 1,
      checkpointReached: (_, position) => {
        this.checkpoint = position;
        news.tell();
      },
    });
    const fromPosition = this.handedOut.commit === 0n ? START : this.handedOut;
    const subscription = this.client.subscribeToAll(
      { fromPosition, filter, resolveLinkTos: false, requiresLeader: true },
      { highWaterMark: PAGE },
    );
    news.of(subscription);
    return subscription;
  }

  /** What has arrived. Everything before a checkpoint has been handed out once nothing is left. */
  private take(subscription: AllStreamSubscription): AllStreamResolvedEvent[] {
    const page: AllStreamResolvedEvent[] = [];
    while (page.length < PAGE) {
      const event = subscription.read() as AllStreamResolvedEvent | null;
      if (event === null) break;
      page.push(event);
    }
    const last = page.at(-1)?.event?.position.commit;
    if (last !== undefined) this.advance(logPosition(Number(last)));
    if (page.length < PAGE && this.checkpoint !== undefined) this.advance(this.checkpoint);
    return page;
  }

  private advance(position: LogPosition): void {
    if (position.commit > this.handedOut.commit) this.handedOut = position;
  }
}

/** Waits for a subscription to have something, or to have ended. */
class News {
  private isNew = false;
  private over: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.onAbort();
  }

  of(subscription: AllStreamSubscription): void {
    subscription.on('readable', () => this.tell());
    // Stays: what is cancelled may still fail, and nobody else listens.
    subscription.on('error', (error) => this.finish(error));
    subscription.once('end', () => this.finish(new Error('the server ended the subscription')));
    subscription.once('close', () => this.finish(new Error('the subscription was closed')));
  }

  tell(): void {
    this.isNew = true;
    this.wake?.();
  }

  /**
   * @param idleMs - how long there may be nothing new; for ever by default.
   * @throws what ended the subscription, once nothing is new.
   */
  async next(idleMs?: number): Promise<void> {
    if (!this.isNew && this.over === undefined) await this.told(idleMs);
    const { isNew } = this;
    this.isNew = false;
    if (!isNew && this.over !== undefined) throw this.over;
  }

  stop(): void {
    this.signal.removeEventListener('abort', this.onAbort);
  }

  private async told(idleMs?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    if (idleMs !== undefined) {
      timer = setTimeout(() => this.finish(new Error(`nothing new within ${idleMs} ms`)), idleMs);
    }
    await new Promise<void>((resolve) => (this.wake = resolve));
    clearTimeout(timer);
  }

  private readonly onAbort = (): void => this.finish(closed());

  private finish(why: Error): void {
    this.over ??= why;
    this.wake?.();
  }
}
