import { Module, type DynamicModule } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { ImageStreamService } from './image-stream-service.js';
import { STREAM_POLICY, type StreamPolicy } from './stream-policy.js';

/** The image stream context. The app binds the event store and says what the operator's policy is. */
@Module({})
export class ImageStreamModule {
  static forRoot(policy: StreamPolicy): DynamicModule {
    return {
      module: ImageStreamModule,
      providers: [
        { provide: STREAM_POLICY, useValue: policy },
        {
          provide: ImageStreamService,
          inject: [EVENT_STORE, STREAM_POLICY],
          useFactory: (store: EventStore, own: StreamPolicy) => new ImageStreamService(store, own),
        },
      ],
      exports: [ImageStreamService, STREAM_POLICY],
    };
  }
}
