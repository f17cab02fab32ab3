import type { Provider } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { IMAGES, type Images } from '#lib/image';
import { RegistryTransport } from '#lib/registry';
import { IMAGE_STREAMS, type ImageStreams } from '#lib/stream';
import { TRACER, type Tracer } from '#lib/tracing';
import { IMPORT_OBSERVER, type ImportObserver } from './import-observer.js';
import { ImportService } from './import-service.js';
import type { ImportSettings } from './import-settings.js';
import { Importer } from './importer/importer.js';
import { PULL_SECRETS, type PullSecretsOf } from './importer/pull-credentials.js';

const OPTIONAL_TRACER = { token: TRACER, optional: true };

/** What imports are made with, whoever asks for them. */
export const importProviders = (settings: ImportSettings): readonly Provider[] => [
  {
    provide: RegistryTransport,
    inject: [OPTIONAL_TRACER],
    useFactory: (tracer?: Tracer) => new RegistryTransport({ ...settings.transport, tracer }),
  },
  {
    provide: Importer,
    inject: [RegistryTransport, PULL_SECRETS],
    useFactory: (transport: RegistryTransport, pullSecretsOf: PullSecretsOf) =>
      new Importer({ ...settings.importer, transport, pullSecretsOf }),
  },
  {
    provide: ImportService,
    inject: [EVENT_STORE, IMAGES, IMAGE_STREAMS, Importer, IMPORT_OBSERVER, OPTIONAL_TRACER],
    useFactory: (
      store: EventStore,
      images: Images,
      streams: ImageStreams,
      importer: Importer,
      observer: ImportObserver,
      tracer?: Tracer,
    ) => new ImportService({ store, images, streams, importer, observer, tracer }),
  },
];
