import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type ModuleMetadata,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { KafkaConfiguration } from '#lib/config';
import { kafkaClient, REACTOR_OBSERVER, type ReactorObserver } from '#lib/event-feed';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { READ_MODEL, type ReadModel } from '#lib/read-model';
import { IMAGE_STREAMS, type ImageStreams } from '#lib/stream';
import { IMPORT_OBSERVER, type ImportObserver } from '../import-observer.js';
import { ImportService } from '../import-service.js';
import type { ImportSettings } from '../import-settings.js';
import { ImportWorker } from './import-worker.js';

export interface ImportWorkerModuleOptions {
  readonly settings: ImportSettings;
  readonly kafka: KafkaConfiguration;
  /** Whether a failure of what the app binds passes by itself, so that it says nothing about the stream. */
  readonly isPassing?: (error: unknown) => boolean;
  /** Modules that offer what is injected here, where they are not global. */
  readonly imports?: ModuleMetadata['imports'];
}

/** The worker shares in the work while the app runs, and leaves before anything is closed that it writes to. */
@Injectable()
class ImportWorkerLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(ImportWorker) private readonly worker: ImportWorker) {}

  /** Nothing waits for the brokers: imports on request need none. */
  onApplicationBootstrap(): void {
    void this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }
}

/**
 * Background imports as one of several processes that share them. The app binds the event store, the read model,
 * {@link ImportService}, {@link IMPORT_OBSERVER}, {@link REACTOR_OBSERVER}, and the service of streams. Where this runs,
 * no process imports in the background by itself.
 */
@Module({})
export class ImportWorkerModule {
  static forRoot({ settings, kafka, isPassing, imports = [] }: ImportWorkerModuleOptions): DynamicModule {
    const { importMode, scheduledImportInterval, maxScheduledImportsPerMinute } = settings;
    return {
      module: ImportWorkerModule,
      imports,
      providers: [
        {
          provide: ImportWorker,
          inject: [EVENT_STORE, READ_MODEL, IMAGE_STREAMS, ImportService, IMPORT_OBSERVER, REACTOR_OBSERVER],
          useFactory: (
            store: EventStore,
            readModel: ReadModel,
            streams: ImageStreams,
            service: ImportService,
            observer: ImportObserver,
            reactorObserver: ReactorObserver,
          ) =>
            new ImportWorker({
              ...{ store, readModel, streams, imports: service, observer },
              ...{ importMode, scheduledImportInterval, maxScheduledImportsPerMinute },
              ...(isPassing && { isPassing }),
              group: {
                ...{ kafka: kafkaClient(kafka), settings: kafka, sessionTimeoutMs: kafka.sessionTimeout },
                observer: reactorObserver,
              },
            }),
        },
        ImportWorkerLifecycle,
      ],
      exports: [ImportWorker],
    };
  }
}
