import type { EventStore } from '#lib/event-store';
import type { ImportMode } from '#lib/events';
import type { ChangeFeed, ReadModel } from '#lib/read-model';
import type { ImageStreams } from '#lib/stream';
import type { ImportObserver } from '../import-observer.js';
import type { Imports } from '../imports.js';
import { ImportController } from './import-controller.js';
import { ImportScheduler } from './import-scheduler.js';
import { StreamFollower } from './stream-follower.js';

export interface BackgroundImportsOptions {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  /** Must feed image streams. */
  readonly changes: ChangeFeed;
  readonly streams: ImageStreams;
  readonly imports: Imports;
  readonly importMode: ImportMode;
  /** Milliseconds between two imports of a stream's scheduled tags. */
  readonly scheduledImportInterval: number;
  /** 0 is no limit. */
  readonly maxScheduledImportsPerMinute: number;
  readonly observer?: ImportObserver;
}

/** The imports that nobody sends a request for: those that specs ask for, and those that are due by schedule. */
export class BackgroundImports {
  readonly controller: ImportController;
  readonly scheduler: ImportScheduler;
  private readonly follower: StreamFollower;

  constructor(options: BackgroundImportsOptions) {
    const { store, readModel, changes, streams, imports, importMode, observer } = options;
    this.scheduler = new ImportScheduler({
      ...{ imports, streams },
      intervalMs: options.scheduledImportInterval,
      maxPerMinute: options.maxScheduledImportsPerMinute,
    });
    this.controller = new ImportController({
      ...{ imports, streams, importMode },
      aboutToImport: (key) => this.scheduler.postpone(key),
      ...(observer && { observer }),
    });
    const reactors = [this.controller, this.scheduler];
    this.follower = new StreamFollower({ store, readModel, changes, reactors, ...(observer && { observer }) });
  }

  start(): void {
    this.follower.start();
    this.scheduler.start();
  }

  /** Interrupts what is being imported, and waits until nothing more is written. */
  async stop(): Promise<void> {
    await this.follower.stop();
    await Promise.all([this.controller.stop(), this.scheduler.stop()]);
  }
}
