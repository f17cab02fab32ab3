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
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { ImageService } from '#lib/image';
import { READ_MODEL, type ChangeFeed, type ReadModel } from '#lib/read-model';
import { RegistryTransport } from '#lib/registry';
import { ImageStreamService } from '#lib/stream';

import { BackgroundImports } from './background/background-imports.js';
import { IMPORT_OBSERVER, type ImportObserver } from './import-observer.js';
import { importProviders } from './import-providers.js';
import { ImportService } from './import-service.js';
import type { ImportSettings } from './import-settings.js';
import { Importer } from './importer/importer.js';
import { NotifiedPushes } from './notifications/notified-pushes.js';

/** Nest token of the feed of changes that background imports follow; it must feed image streams. */
export const IMPORT_CHANGES = Symbol('ImportChanges');

export interface ImportModuleOptions {
  readonly settings: ImportSettings;
  /** Modules that offer what is injected here, where they are not global. */
  readonly imports?: ModuleMetadata['imports'];
}

/** Background imports run while the app does, and end before anything is closed that they write to. */
@Injectable()
class ImportLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(BackgroundImports) private readonly background: BackgroundImports,
    @Inject(RegistryTransport) private readonly transport: RegistryTransport,
  ) {}

  onApplicationBootstrap(): void {
    this.background.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.background.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}

/**
 * Imports from other registries. The app binds {@link EVENT_STORE}, {@link READ_MODEL}, {@link IMPORT_CHANGES},
 * the pull secrets, {@link IMPORT_OBSERVER}, the services of images and streams, and {@link TRACER} if it has one.
 */
@Module({})
export class ImportModule {
  static forRoot({ settings, imports = [] }: ImportModuleOptions): DynamicModule {
    return {
      module: ImportModule,
      imports,
      providers: [
        ...importProviders(settings),
        {
          provide: NotifiedPushes,
          inject: [ImageService, ImageStreamService, Importer],
          useFactory: (images: ImageService, streams: ImageStreamService, importer: Importer) =>
            new NotifiedPushes({ images, streams, importer }),
        },
        {
          provide: BackgroundImports,
          inject: [EVENT_STORE, READ_MODEL, IMPORT_CHANGES, ImageStreamService, ImportService, IMPORT_OBSERVER],
          useFactory: (
            store: EventStore,
            readModel: ReadModel,
            changes: ChangeFeed,
            streams: ImageStreamService,
            service: ImportService,
            observer: ImportObserver,
          ) =>
            new BackgroundImports({
              ...{ store, readModel, changes, streams, imports: service, observer },
              importMode: settings.importMode,
              scheduledImportInterval: settings.scheduledImportInterval,
              maxScheduledImportsPerMinute: settings.maxScheduledImportsPerMinute,
            }),
        },
        ImportLifecycle,
      ],
      exports: [ImportService, BackgroundImports, NotifiedPushes],
    };
  }
}
