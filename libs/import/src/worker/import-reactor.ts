import { EventStoreError, type EventStore } from '#lib/event-store';
import type { FeedEvent, Reactor, Share } from '#lib/event-feed';
import { parseStreamName, streamName } from '#lib/events';
import type { ReadModel } from '#lib/read-model';
import type { ImageStreams } from '#lib/stream';
import { eachStream } from '../background/each-stream.js';
import type { ImportController } from '../background/import-controller.js';
import type { ImportScheduler } from '../background/import-scheduler.js';
import { splitKey, type StreamKey } from '../background/stream-follower.js';
import type { ImportObserver } from '../import-observer.js';

export interface ImportReactorOptions {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly streams: ImageStreams;
  readonly controller: ImportController;
  readonly scheduler: ImportScheduler;
  readonly observer?: ImportObserver;
}

/**
 * Background imports, shared by several workers: told that a stream has changed, it looks at what the stream asks for now,
 * whatever the event was. So it does no harm to be told twice. A worker has the schedules of the streams that it is told of.
 */
export class ImportReactor implements Reactor {
  readonly name = 'imports';
  readonly topics = ['image-streams'] as const;
  private scan = new AbortController();
  private share: Share | undefined;

  constructor(private readonly options: ImportReactorOptions) {}

  async react({ stream, completesCommand }: FeedEvent, signal: AbortSignal): Promise<void> {
    if (!completesCommand) return;
    const { streams, controller, scheduler } = this.options;
    const key = parseStreamName(stream).id;
    const { namespace, name } = splitKey(key);
    const { state } = await streams.load(namespace, name);
    if (this.isOurs(key)) scheduler.reconsider(key, state);
    await controller.attempt(key, signal);
  }

  /** While the event store is away, no event is to blame. */
  isPassing(error: unknown): boolean {
    return error instanceof EventStoreError && error.code !== 'refused' && error.code !== 'foreign-event';
  }

  shareChanged(share: Share): void {
    const { store, readModel, scheduler, observer } = this.options;
    this.share = share;
    this.scan.abort();
    this.scan = new AbortController();
    const { signal } = this.scan;
    scheduler.keepOnly((key) => this.isOurs(key));
    const begin = async (): Promise<void> => {
      await readModel.waitFor(await store.lastPosition());
      await eachStream(readModel, signal, (key, stream) => {
        if (!signal.aborted && this.isOurs(key)) scheduler.found(key, stream);
      });
    };
    begin().catch((error: unknown) => {
      if (!signal.aborted) observer?.followingFailed?.(error);
    });
  }

  stop(): void {
    this.scan.abort();
  }

  private isOurs(key: StreamKey): boolean {
    const { namespace, name } = splitKey(key);
    return this.share?.owns('image-streams', streamName.imageStream(namespace, name)) ?? false;
  }
}
