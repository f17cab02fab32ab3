import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Refusal } from '#lib/event-store';
import type { Actor, ImportMode } from '#lib/events';
import type { ImageStream, ImageStreams } from '#lib/stream';
import type { ImportObserver } from '../import-observer.js';
import type { Imports } from '../imports.js';
import { ImportInterruptedError } from '../importer/deadline.js';
import { importNeeded, isChecked, needsImport, type ImportNeed, type StreamToImport } from './import-need.js';
import { KeyedQueue, type KeyedQueueOptions } from './keyed-queue.js';
import { splitKey, type StreamChange, type StreamKey, type StreamReactor } from './stream-follower.js';

export interface ImportControllerOptions {
  readonly imports: Imports;
  readonly streams: ImageStreams;
  /** Of tags that a repository brings into being. */
  readonly importMode: ImportMode;
  /** Streams that are imported at the same time; default 8. */
  readonly workers?: number;
  /** Told that a stream is about to be imported, so that nobody else does it too. */
  readonly aboutToImport?: (key: StreamKey) => void;
  readonly observer?: ImportObserver;
  readonly delay?: KeyedQueueOptions['delay'];
}

const ACTOR: Actor = { user: 'system:tagline:import-controller', groups: [] };

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 1_000_000;

const REMEMBERED_FAILURES = 50_000;

/** Imports what the specs of streams ask for. What to do follows from what a stream is, not from how it came to be so. */
export class ImportController implements StreamReactor {
  private readonly queue: KeyedQueue;
  /**
   * Wishes that failed. Mostly the stream says so itself, but a failure that repeats one that the tag already shows
   * leaves no trace there, and must not be tried again with every push to another tag.
   */
  private readonly failed = new LRUCache<string, string>({ max: REMEMBERED_FAILURES });
  /** Generations of streams, by uid, that refused what they had asked for. */
  private readonly refused = new LRUCache<string, number>({ max: REMEMBERED_FAILURES });

  constructor(private readonly options: ImportControllerOptions) {
    const { workers = 8, delay, observer } = options;
    this.queue = new KeyedQueue({
      workers,
      work: (key, signal) => this.work(key, signal),
      backoff: (failures, error, key) => {
        observer?.retrying?.(key, failures, error);
        return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS);
      },
      ...(delay && { delay }),
    });
  }

  found(key: StreamKey, stream: StreamToImport): void {
    if (importNeeded(stream, this.options.importMode) !== undefined) this.queue.add(key);
  }

  changed(key: StreamKey, change: StreamChange): void {
    if (change.after.header === undefined) this.queue.forget(key);
    else if (this.concerns(change)) this.queue.add(key);
  }

  /**
   * Imports what a stream asks for, if it does, and resolves when that is done: for who is told by key, and has to know
   * when it may forget that it was told. The queue has no part in it.
   *
   * @throws what an import fails with as a whole.
   */
  async attempt(key: StreamKey, signal: AbortSignal): Promise<void> {
    await this.work(key, signal);
  }

  /** Streams that wait for their import or are being imported. */
  get pending(): number {
    return this.queue.size;
  }

  /** Resolves when nothing is left to do. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  /** Interrupts what is being imported; the next start takes it up again. */
  stop(): Promise<void> {
    return this.queue.stop();
  }

  /** Looks at no more of a stream than a change has touched: streams with many tags are pushed to often. */
  private concerns({ before, after, tags }: StreamChange): boolean {
    if (after.header === undefined) return false;
    if (before.header !== after.header && !isChecked(after.header)) {
      return importNeeded(after, this.options.importMode) !== undefined;
    }
    return [...tags].some((tag) => {
      const state = after.tags.get(tag);
      return state !== undefined && needsImport(state);
    });
  }

  private async work(key: StreamKey, signal: AbortSignal): Promise<void> {
    const { imports, streams, importMode, aboutToImport } = this.options;
    const { namespace, name } = splitKey(key);
    const { state } = await streams.load(namespace, name);
    const need = this.unanswered(state, importNeeded(state, importMode));
    if (need === undefined || state.header === undefined) return;
    aboutToImport?.(key);
    const request = { uid: randomUUID(), namespace, stream: name, trigger: 'spec', ...need } as const;
    const caller = { actor: ACTOR, cause: `spec generation ${state.header.generation}` };
    try {
      const { findings } = await imports.run(request, caller, { signal });
      need.images.forEach(({ to }, index) => {
        if (findings.images[index]?.result.kind === 'failed') this.failed.set(tagKey(state, to), wishOf(state, to));
      });
    } catch (error) {
      if (error instanceof ImportInterruptedError) return;
      if (!(error instanceof Refusal)) throw error;
      // The stream is gone, or it refuses what it asked for itself: trying again would change neither.
      this.refused.set(uidOf(state), state.header.generation);
    }
  }

  private unanswered(stream: ImageStream, need: ImportNeed | undefined): ImportNeed | undefined {
    if (need === undefined) return undefined;
    if (this.refused.get(uidOf(stream)) === stream.header?.generation) return undefined;
    if (need.repository !== undefined) return need;
    const images = need.images.filter(({ to }) => this.failed.get(tagKey(stream, to)) !== wishOf(stream, to));
    return images.length === 0 ? undefined : { images };
  }
}

const uidOf = ({ header }: ImageStream): string => header?.uid ?? '';

const tagKey = (stream: ImageStream, tag: string): string => `${uidOf(stream)} ${tag}`;

function wishOf({ tags }: ImageStream, tag: string): string {
  const spec = tags.get(tag)?.spec;
  return JSON.stringify([spec?.generation, spec?.from, spec?.importPolicy]);
}
