import { Module, type DynamicModule } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { ImageStreamService } from './image-stream-service.js';
import { IMAGE_STREAMS } from './image-streams.js';
import { NAMESPACE_BOUNDS, type NamespaceBounds } from './namespace-bounds.js';
import { STREAM_POLICY, type StreamPolicy } from './stream-policy.js';

/**
 * The image stream context. The app binds the event store, says what the operator's policy is, and binds
 * {@link NAMESPACE_BOUNDS} where namespaces have limits and quotas.
 */
@Module({})
export class ImageStreamModule {
  static forRoot(policy: StreamPolicy): DynamicModule {
    return {
      module: ImageStreamModule,
      providers: [
        { provide: STREAM_POLICY, useValue: policy },
        {
          provide: ImageStreamService,
          inject: [EVENT_STORE, STREAM_POLICY, { token: NAMESPACE_BOUNDS, optional: true }],
          useFactory: (store: EventStore, own: StreamPolicy, bounds?: NamespaceBounds) =>
            new ImageStreamService(store, own, bounds),
        },
        { provide: IMAGE_STREAMS, useExisting: ImageStreamService },
      ],
      exports: [ImageStreamService, IMAGE_STREAMS, STREAM_POLICY],
    };
  }
}
