import { createHash, randomUUID } from 'node:crypto';
import { Refusal } from '#lib/event-store';
import type { Actor } from '#lib/events';
import type { ImageStreams } from '#lib/stream';
import type { Imports } from '../imports.js';
import { isScheduled, scheduledImports, type StreamToImport } from './import-need.js';
import { KeyedQueue } from './keyed-queue.js';
import { RateLimit } from './rate-limit.js';
import { splitKey, type StreamChange, type StreamKey, type StreamReactor } from './stream-follower.js';
import { VisitPlan } from './visit-plan.js';

export interface ImportSchedulerOptions {
  readonly imports: Imports;
  readonly streams: ImageStreams;
  /** Milliseconds between two imports of a stream. */
  readonly intervalMs: number;
  /** Streams that are imported in a minute; 0 is no limit. */
  readonly maxPerMinute: number;
  /** Streams that are imported at the same time; default 8. */
  readonly workers?: number;
  /** Milliseconds that only grow. */
  readonly clock?: () => number;
}

const ACTOR: Actor = { user: 'system:tagline:import-scheduler', groups: [] };

const TICK_MS = 1_000;

/**
 * Imports the scheduled tags of streams again, once an interval. At a start the streams are spread over the interval, the
 * same way every time; beyond the limit they wait their turn. What has not changed is not written.
 */
export class ImportScheduler implements StreamReactor {
  private readonly plan = new VisitPlan();
  private readonly queue: KeyedQueue;
  private readonly limit: RateLimit;
  private readonly clock: () => number;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ImportSchedulerOptions) {
    this.clock = options.clock ?? (() => performance.now());
    this.limit = new RateLimit(options.maxPerMinute, this.clock());
    this.queue = new KeyedQueue({
      workers: options.workers ?? 8,
      work: (key, signal) => this.work(key, signal),
      // Whatever it was, there is the next round.
      backoff: () => undefined,
    });
  }

  found(key: StreamKey, { header, tags }: StreamToImport): void {
    if (header === undefined || this.plan.has(key)) return;
    for (const [, state] of tags) {
      if (!isScheduled(state)) continue;
      this.plan.set(key, this.clock() + this.options.intervalMs * shareOf(key));
      return;
    }
  }

  changed(key: StreamKey, { after, tags }: StreamChange): void {
    if (after.header === undefined) {
      this.leave(key);
      return;
    }
    if (this.plan.has(key)) return;
    for (const tag of tags) {
      const state = after.tags.get(tag);
      if (state === undefined || !isScheduled(state)) continue;
      this.postponeTo(key);
      return;
    }
  }

  /** A stream may have changed: its place in the schedule is kept, begins, or ends. */
  reconsider(key: StreamKey, { header, tags }: StreamToImport): void {
    const wanted = header !== undefined && [...tags].some(([, state]) => isScheduled(state));
    if (!wanted) this.leave(key);
    else if (!this.plan.has(key)) this.postponeTo(key);
  }

  /** Leaves the schedules of other streams to others. */
  keepOnly(isOurs: (key: StreamKey) => boolean): void {
    for (const key of this.plan.keys()) if (!isOurs(key)) this.leave(key);
  }

  /** A stream is being imported for another reason. */
  postpone(key: StreamKey): void {
    if (this.plan.has(key)) this.postponeTo(key);
  }

  /** Streams with scheduled tags. */
  get scheduled(): number {
    return this.plan.size;
  }

  /** Begins the imports that are due. */
  tick(): void {
    const now = this.clock();
    for (;;) {
      const key = this.plan.take(now);
      if (key === undefined) return;
      if (!this.limit.take(now)) {
        this.plan.set(key, now);
        return;
      }
      this.postponeTo(key);
      this.queue.add(key);
    }
  }

  /** Resolves when nothing is being imported. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  start(): void {
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.queue.stop();
  }

  private leave(key: StreamKey): void {
    this.plan.delete(key);
    this.queue.forget(key);
  }

  private postponeTo(key: StreamKey): void {
    this.plan.set(key, this.clock() + this.options.intervalMs);
  }

  private async work(key: StreamKey, signal: AbortSignal): Promise<void> {
    const { imports, streams } = this.options;
    const { namespace, name } = splitKey(key);
    const { state } = await streams.load(namespace, name);
    const images = state.header === undefined ? [] : scheduledImports(state);
    if (images.length === 0) {
      this.plan.delete(key);
      return;
    }
    const request = { uid: randomUUID(), namespace, stream: name, trigger: 'schedule', images } as const;
    try {
      await imports.run(request, { actor: ACTOR, cause: 'schedule' }, { signal });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not-found') this.plan.delete(key);
      throw error;
    }
  }
}

/** Where in an interval a stream has its place: from 0 to 1, and the same at every start. */
const shareOf = (key: StreamKey): number => createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32;
