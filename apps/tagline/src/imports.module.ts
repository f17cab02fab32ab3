import { Global, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { ImageService } from '#lib/image';
import { Importer, IMPORT_OBSERVER, ImportService, type ImportObserver } from '#lib/import';
import { ImageStreamService } from '#lib/stream';

/** Imports from other registries. */
@Global()
@Module({
  providers: [
    {
      provide: ImportService,
      inject: [EVENT_STORE, ImageService, ImageStreamService, Importer, IMPORT_OBSERVER],
      useFactory: (
        store: EventStore,
        images: ImageService,
        streams: ImageStreamService,
        importer: Importer,
        observer: ImportObserver,
      ) => new ImportService({ store, images, streams, importer, observer }),
    },
  ],
  exports: [ImportService],
})
export class ImportsModule {}
