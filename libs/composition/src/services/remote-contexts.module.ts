import { Global, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { IMAGES, ImageService, RemoteImageService } from '#lib/image';
import { IMPORTS, PUSHES, RemoteImportService, RemotePushes } from '#lib/import';
import { READ_MODEL } from '#lib/read-model';
import { RemoteSignatureService, SignatureService, SIGNATURES } from '#lib/signature';
import {
  IMAGE_STREAMS,
  ImageStreamService,
  RemoteImageStreamService,
  STREAM_POLICY,
  type StreamPolicy,
} from '#lib/stream';
import { NAMESPACE_CONTENTS } from '#lib/tenancy';
import { streamsOfNamespaces } from '../namespace-contents.js';
import { PolicyModule } from '../policy.module.js';
import { ServiceClients } from './service-clients.module.js';

/** An import has ended by itself when this much more than its own limit is over. */
const AFTER_TIMEOUT_MS = 15_000;

/** Images and streams that services write; the log is read here. */
export const remoteImages = {
  provide: IMAGES,
  inject: [ServiceClients, EVENT_STORE],
  useFactory: (clients: ServiceClients, store: EventStore) =>
    new RemoteImageService(clients.of('image-service'), new ImageService(store)),
};

export const remoteStreams = {
  provide: IMAGE_STREAMS,
  inject: [ServiceClients, EVENT_STORE, STREAM_POLICY, CONFIGURATION],
  useFactory: (clients: ServiceClients, store: EventStore, policy: StreamPolicy, { images }: Configuration) =>
    new RemoteImageStreamService(
      clients.of('stream-service'),
      new ImageStreamService(store, policy),
      images.historyWindow,
    ),
};

/** The bounded contexts as services that this process calls. */
@Global()
@Module({
  imports: [PolicyModule],
  providers: [
    remoteImages,
    remoteStreams,
    {
      provide: SIGNATURES,
      inject: [ServiceClients, EVENT_STORE],
      useFactory: (clients: ServiceClients, store: EventStore) =>
        new RemoteSignatureService(clients.of('signature-service'), new SignatureService(store)),
    },
    {
      provide: IMPORTS,
      inject: [ServiceClients, CONFIGURATION],
      useFactory: (clients: ServiceClients, { import: limits, images }: Configuration) =>
        new RemoteImportService(clients.of('import-service'), {
          deadlineMs: limits.timeout + AFTER_TIMEOUT_MS,
          items: images.historyWindow,
        }),
    },
    {
      provide: PUSHES,
      inject: [ServiceClients, CONFIGURATION],
      useFactory: (clients: ServiceClients, { import: limits }: Configuration) =>
        new RemotePushes(clients.of('import-service'), limits.timeout + AFTER_TIMEOUT_MS),
    },
    {
      provide: NAMESPACE_CONTENTS,
      inject: [READ_MODEL, EVENT_STORE, IMAGE_STREAMS],
      useFactory: streamsOfNamespaces,
    },
  ],
  exports: [IMAGES, IMAGE_STREAMS, SIGNATURES, IMPORTS, PUSHES, NAMESPACE_CONTENTS],
})
export class RemoteContextsModule {}
