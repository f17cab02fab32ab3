import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { IMAGES, type Images } from '#lib/image';
import { READ_MODEL, type ChangeFeed, type ReadModel } from '#lib/read-model';
import { RegistryTransport } from '#lib/registry';
import { IMAGE_STREAMS, type ImageStreams } from '#lib/stream';
import { BackgroundImports } from './background/background-imports.js';
import { IMPORT_OBSERVER, type ImportObserver } from './import-observer.js';
import { importProviders } from './import-providers.js';
import { ImportService } from './import-service.js';
import type { ImportSettings } from './import-settings.js';
import { IMPORTS } from './imports.js';
import { Importer } from './importer/importer.js';
import { NotifiedPushes, PUSHES } from './notifications/notified-pushes.js';

/** Nest token of the feed of changes that background imports follow; it must feed image streams. */
export const IMPORT_CHANGES = Symbol('ImportChanges');

export interface ImportModuleOptions {
  readonly settings: ImportSettings;
  /** Modules that offer what is injected here, where they are not global. */
  readonly imports?: ModuleMetadata['imports'];
}

/** Background imports run while the app does, and end before anything is closed that they write to. */
@Injectable()
class BackgroundLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(BackgroundImports) private readonly background: BackgroundImports) {}

  onApplicationBootstrap(): void {
    this.background.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.background.stop();
  }
}

@Injectable()
class TransportLifecycle implements OnApplicationShutdown {
  constructor(@Inject(RegistryTransport) private readonly transport: RegistryTransport) {}

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}

/**
 * Imports from other registries: on request, and where the settings say so in the background, which is then done by
 * nobody but this process. The app binds {@link EVENT_STORE}, {@link READ_MODEL}, {@link IMPORT_CHANGES}, the pull secrets,
 * {@link IMPORT_OBSERVER}, the services of images and streams, and {@link TRACER} if it has one.
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
          inject: [IMAGES, IMAGE_STREAMS, Importer],
          useFactory: (images: Images, streams: ImageStreams, importer: Importer) =>
            new NotifiedPushes({ images, streams, importer }),
        },
        { provide: IMPORTS, useExisting: ImportService },
        { provide: PUSHES, useExisting: NotifiedPushes },
        TransportLifecycle,
        ...(settings.inBackground ? inBackground(settings) : []),
      ],
      exports: [ImportService, IMPORTS, NotifiedPushes, PUSHES],
    };
  }
}

const inBackground = ({
  importMode,
  scheduledImportInterval,
  maxScheduledImportsPerMinute,
}: ImportSettings): readonly Provider[] => [
  {
    provide: BackgroundImports,
    inject: [EVENT_STORE, READ_MODEL, IMPORT_CHANGES, IMAGE_STREAMS, ImportService, IMPORT_OBSERVER],
    useFactory: (
      store: EventStore,
      readModel: ReadModel,
      changes: ChangeFeed,
      streams: ImageStreams,
      imports: ImportService,
      observer: ImportObserver,
    ) =>
      new BackgroundImports({
        ...{ store, readModel, changes, streams, imports, observer },
        ...{ importMode, scheduledImportInterval, maxScheduledImportsPerMinute },
      }),
  },
  BackgroundLifecycle,
];
