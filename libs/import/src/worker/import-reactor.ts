import { EventStoreError, pause, type EventStore } from '#lib/event-store';
import type { FeedEvent, Reactor, Share } from '#lib/event-feed';
import { parseStreamName, streamName } from '#lib/events';
import type { ReadModel } from '#lib/read-model';
import { ServiceCallError } from '#lib/remoting';
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
  /** What else passes by itself, besides failures of the event store and of services. */
  readonly isPassing?: (error: unknown) => boolean;
}

const SCAN_AGAIN_MS = 1_000;

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

  /** While somebody is away who is needed, no event is to blame. */
  isPassing(error: unknown): boolean {
    if (error instanceof EventStoreError) return error.code !== 'refused' && error.code !== 'foreign-event';
    if (error instanceof ServiceCallError) return error.code !== 'internal' && error.code !== 'too-large';
    return this.options.isPassing?.(error) ?? false;
  }

  shareChanged(share: Share): void {
    this.share = share;
    this.scan.abort();
    this.scan = new AbortController();
    this.options.scheduler.keepOnly((key) => this.isOurs(key));
    void this.findSchedules(this.scan.signal);
  }

  stop(): void {
    this.scan.abort();
  }

  /** What others were told is not told again: the schedules of streams that come here from now on are looked up. */
  private async findSchedules(signal: AbortSignal): Promise<void> {
    const { store, readModel, scheduler, observer } = this.options;
    while (!signal.aborted) {
      try {
        await readModel.waitFor(await store.lastPosition());
        await eachStream(readModel, signal, (key, stream) => {
          if (!signal.aborted && this.isOurs(key)) scheduler.found(key, stream);
        });
        return;
      } catch (error) {
        if (!signal.aborted) observer?.followingFailed?.(error);
        await pause(SCAN_AGAIN_MS, signal);
      }
    }
  }

  private isOurs(key: StreamKey): boolean {
    const { namespace, name } = splitKey(key);
    return this.share?.owns('image-streams', streamName.imageStream(namespace, name)) ?? false;
  }
}
