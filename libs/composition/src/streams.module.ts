import { Global, Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { READ_MODEL } from '#lib/read-model';
import {
  IMAGE_STREAMS,
  ImageStreamService,
  NAMESPACE_BOUNDS,
  STREAM_POLICY,
  type NamespaceBounds,
  type StreamPolicy,
} from '#lib/stream';
import { LimitIndex } from '#lib/tenancy';
import { namespaceBounds } from './namespace-bounds.js';
import { PolicyModule } from './policy.module.js';

/** The image streams of this process, within what their namespaces allow. */
@Global()
@Module({
  imports: [PolicyModule],
  providers: [
    { provide: NAMESPACE_BOUNDS, inject: [LimitIndex, EVENT_STORE, READ_MODEL], useFactory: namespaceBounds },
    {
      provide: ImageStreamService,
      inject: [EVENT_STORE, STREAM_POLICY, NAMESPACE_BOUNDS],
      useFactory: (store: EventStore, policy: StreamPolicy, bounds: NamespaceBounds) =>
        new ImageStreamService(store, policy, bounds),
    },
    { provide: IMAGE_STREAMS, useExisting: ImageStreamService },
  ],
  exports: [IMAGE_STREAMS],
})
export class StreamsModule {}
