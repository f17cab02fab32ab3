import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { KafkaConfiguration } from '#lib/config';
import { kafkaClient, REACTOR_OBSERVER, type ReactorObserver } from '#lib/event-feed';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { READ_MODEL, type ReadModel } from '#lib/read-model';
import { RegistryTransport } from '#lib/registry';
import { IMAGE_STREAMS, type ImageStreams } from '#lib/stream';
import { IMPORT_OBSERVER, type ImportObserver } from '../import-observer.js';
import { importProviders } from '../import-providers.js';
import { ImportService } from '../import-service.js';
import type { ImportSettings } from '../import-settings.js';
import { ImportWorker } from './import-worker.js';

export interface ImportWorkerModuleOptions {
  readonly settings: ImportSettings;
  readonly kafka: KafkaConfiguration;
  /** Modules that offer what is injected here, where they are not global. */
  readonly imports?: ModuleMetadata['imports'];
}

/** The worker shares in the work while the app runs, and leaves before anything is closed that it writes to. */
@Injectable()
class ImportWorkerLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(ImportWorker) private readonly worker: ImportWorker,
    @Inject(RegistryTransport) private readonly transport: RegistryTransport,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}

/**
 * Background imports as one of several processes that share them. The app binds the event store, the read model, the pull
 * secrets, {@link IMPORT_OBSERVER}, {@link REACTOR_OBSERVER}, and the services of images and streams. Where this runs, the
 * server's own background imports must not.
 */
@Module({})
export class ImportWorkerModule {
  static forRoot({ settings, kafka, imports = [] }: ImportWorkerModuleOptions): DynamicModule {
    const { importMode, scheduledImportInterval, maxScheduledImportsPerMinute } = settings;
    return {
      module: ImportWorkerModule,
      imports,
      providers: [
        ...importProviders(settings),
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
              group: { kafka: kafkaClient(kafka), settings: kafka, observer: reactorObserver },
            }),
        },
        ImportWorkerLifecycle,
      ],
      exports: [ImportService, ImportWorker],
    };
  }
}
