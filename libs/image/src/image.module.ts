import { Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { ImageService } from './image-service.js';

/** Offers the {@link ImageService} on the event store that the app binds globally. */
@Module({
  providers: [
    { provide: ImageService, useFactory: (store: EventStore) => new ImageService(store), inject: [EVENT_STORE] },
  ],
  exports: [ImageService],
})
export class ImageModule {}
