import { Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { ImageService } from './image-service.js';
import { IMAGES } from './images.js';

/** Offers the {@link IMAGES} of this process, on the event store that the app binds globally. */
@Module({
  providers: [
    { provide: ImageService, useFactory: (store: EventStore) => new ImageService(store), inject: [EVENT_STORE] },
    { provide: IMAGES, useExisting: ImageService },
  ],
  exports: [ImageService, IMAGES],
})
export class ImageModule {}
