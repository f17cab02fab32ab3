import type { Position } from '#lib/events';
import type { EventStore } from '#lib/event-store';
import { ChangeFolder, type SubjectChanges } from './change-folder.js';
import type { SubjectKind } from './subject.js';

/** A watcher that does not take what happened gets this much before it is cut off; it can resume where it was. */
const MAX_QUEUED_BATCHES = 4_096;

const PAGE = 512;

/** The watcher fell too far behind. Nothing is lost: it resumes from the last position that it saw. */
export class WatcherTooSlowError extends Error {
  constructor() {
    super('the watcher does not keep up');
    this.name = 'WatcherTooSlowError';
  }
}

/**
 * What watches are made of: every change after any position, however old, since the whole log is there.
 *
 * All watchers who have caught up share one reader of the log, which folds each event once. It runs only while
 * somebody watches.
 */
export class ChangeFeed {
  private live: LiveReader | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly kinds: ReadonlySet<SubjectKind>,
  ) {}

  /** Batches of changes that the slowest watcher has not taken yet; see {@link MAX_QUEUED_BATCHES}. */
  get longestQueue(): number {
    return this.live?.longestQueue ?? 0;
  }

  /**
   * @throws WatcherTooSlowError when the reader of the changes does not keep up.
   * @throws what ended the reading of the log.
   */
  async *after(position: Position, signal: AbortSignal): AsyncIterable<SubjectChanges> {
    const live = await this.liveReader();
    const listener = new Listener(position);
    let reached = position;
    try {
      // Catch up alone, and join the others the moment there is nothing between here and where they are.
      if (reached < live.position) {
        const folder = new ChangeFolder(this.store, this.kinds);
        while (reached < live.position && !signal.aborted) {
          for await (const events of this.store.readAll({ after: reached, limit: PAGE })) {
            const batch = await folder.fold(events);
            reached = batch.position;
            yield batch;
          }
        }
      }
      listener.skipTo(reached);
      live.add(listener);
      yield* listener.batches(AbortSignal.any([signal, live.ended]));
      if (live.failure !== undefined && !signal.aborted) throw live.failure.error;
    } finally {
      live.remove(listener);
      if (live.idle && this.live === live) {
        this.live = undefined;
        live.stop();
      }
    }
  }

  private async liveReader(): Promise<LiveReader> {
    if (this.live === undefined) {
      const start = await this.store.lastPosition();
      this.live ??= new LiveReader(this.store, new ChangeFolder(this.store, this.kinds), start);
    }
    this.live.expect();
    return this.live;
  }
}

/** Reads the log once for everybody. */
class LiveReader {
  private readonly listeners = new Set<Listener>();
  private readonly stopping = new AbortController();
  /** Watchers that are still catching up on their own. */
  private expected = 0;

  constructor(
    private readonly store: EventStore,
    private readonly folder: ChangeFolder,
    public position: Position,
  ) {
    void this.run();
  }

  /** What ended it, where that was not the last watcher. */
  failure: { readonly error: unknown } | undefined;

  get ended(): AbortSignal {
    return this.stopping.signal;
  }

  get idle(): boolean {
    return this.expected === 0;
  }

  get longestQueue(): number {
    let longest = 0;
    for (const { queued } of this.listeners) longest = Math.max(longest, queued);
    return longest;
  }

  expect(): void {
    this.expected++;
  }

  add(listener: Listener): void {
    this.listeners.add(listener);
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener);
    this.expected--;
  }

  stop(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    try {
      for await (const events of this.store.subscribe(this.position, this.stopping.signal)) {
        const batch = await this.folder.fold(events);
        this.position = batch.position;
        for (const listener of this.listeners) listener.push(batch);
      }
    } catch (error) {
      this.failure = { error };
    } finally {
      this.stop();
    }
  }
}

/** One watcher's queue. */
class Listener {
  private queue: SubjectChanges[] = [];
  private wake: (() => void) | undefined;
  private overflowed = false;

  constructor(private seen: Position) {}

  get queued(): number {
    return this.queue.length;
  }

  skipTo(position: Position): void {
    this.seen = position;
  }

  push(batch: SubjectChanges): void {
    if (batch.position <= this.seen) return;
    if (this.queue.length >= MAX_QUEUED_BATCHES) this.overflowed = true;
    else this.queue.push(batch);
    this.wake?.();
  }

  async *batches(signal: AbortSignal): AsyncIterable<SubjectChanges> {
    const onAbort = (): void => this.wake?.();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        if (this.overflowed) throw new WatcherTooSlowError();
        const queued = this.queue;
        if (queued.length === 0) {
          await new Promise<void>((resolve) => (this.wake = resolve));
          continue;
        }
        this.queue = [];
        const seen = this.seen;
        const changes = queued.flatMap((batch) => batch.changes.filter((change) => change.position > seen));
        const position = queued.at(-1)?.position ?? seen;
        this.seen = position;
        yield { position, changes };
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
