import { pause, type EventStore } from '#lib/event-store';
import type { ChangeFeed, ReadModel, StreamSnapshot } from '#lib/read-model';
import type { ImportObserver } from '../import-observer.js';
import { eachStream } from './each-stream.js';
import type { StreamToImport } from './import-need.js';

/** `namespace/name` of a stream. */
export type StreamKey = string;

/** What one command did to a stream. */
export interface StreamChange {
  readonly before: StreamSnapshot;
  readonly after: StreamSnapshot;
  /** Tags that it touched. */
  readonly tags: ReadonlySet<string>;
}

/** Acts on what streams are. May be told the same more than once. */
export interface StreamReactor {
  /** A stream is there when following begins. */
  found(key: StreamKey, stream: StreamToImport): void;
  changed(key: StreamKey, change: StreamChange): void;
}

export interface StreamFollowerOptions {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  /** Must feed image streams. */
  readonly changes: ChangeFeed;
  readonly reactors: readonly StreamReactor[];
  readonly observer?: ImportObserver;
}

const PAUSE_MS = 1_000;

/** Tells reactors about every stream that is there, and then about every change. Begins again when following breaks off. */
export class StreamFollower {
  private stopping: AbortController | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: StreamFollowerOptions) {}

  start(): void {
    if (this.stopping !== undefined) return;
    this.stopping = new AbortController();
    this.running = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    await this.running;
    this.stopping = undefined;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.follow(signal);
      } catch (error) {
        if (!signal.aborted) this.options.observer?.followingFailed?.(error);
      }
      await pause(PAUSE_MS, signal);
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { store, readModel, changes, reactors } = this.options;
    await readModel.waitFor(await store.lastPosition());
    // What changes from here on is told again, whether or not the scan shows it.
    const { position } = readModel;
    await eachStream(readModel, signal, (key, stream) => {
      for (const reactor of reactors) reactor.found(key, stream);
    });
    for await (const batch of changes.after(position, signal)) {
      for (const { subject, before, after, tags } of batch.changes) {
        if (before.kind !== 'imageStream' || after.kind !== 'imageStream') continue;
        for (const reactor of reactors) reactor.changed(subject.id, { before, after, tags });
      }
    }
  }
}

export function splitKey(key: StreamKey): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
