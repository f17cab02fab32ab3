import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SERVICE_ACCOUNTS, type ServiceAccounts } from '#lib/access';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import {
  ChangeFeed,
  EmbeddedReadModel,
  LocalReadModel,
  projections,
  Projector,
  READ_MODEL,
  readModelShape,
  type ReadModel,
} from '#lib/read-model';
import { NAMESPACE_CHANGES } from '#lib/tenancy';
import { readModelPath } from './data-directory.js';
import { openEventStore } from './event-store.js';

/** Nest token of the changes that the watches of images and streams are made of. */
export const IMAGE_CHANGES = Symbol('ImageChanges');

/** Closes what was opened, the projector first: it writes the read model from the log. */
@Injectable()
class StorageLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Projector) private readonly projector: Projector,
    @Inject(EmbeddedReadModel) private readonly readModel: EmbeddedReadModel,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.projector.stop();
    await this.readModel.close();
    await this.store.close();
  }
}

/** The event log, where the configuration says, and the read models in an LMDB file of the data directory. */
@Global()
@Module({
  providers: [
    {
      provide: EVENT_STORE,
      inject: [CONFIGURATION, LOGGER],
      useFactory: (configuration: Configuration, logger: Logger) =>
        openEventStore(configuration, {
          onDisturbance: (why) => logger.warn({ why }, 'the event store does not answer; it is asked again'),
        }),
    },
    {
      provide: EmbeddedReadModel,
      inject: [EVENT_STORE, CONFIGURATION],
      useFactory: (log: EventStore, { dataDir, images }: Configuration) =>
        EmbeddedReadModel.openFor(log, readModelPath(dataDir), readModelShape(images)),
    },
    {
      provide: Projector,
      inject: [EVENT_STORE, EmbeddedReadModel, CONFIGURATION, LOGGER, METRICS],
      useFactory: startProjector,
    },
    {
      provide: READ_MODEL,
      inject: [EmbeddedReadModel, Projector],
      useFactory: (stored: EmbeddedReadModel, projector: Projector) => new LocalReadModel(stored, projector),
    },
    { provide: SERVICE_ACCOUNTS, inject: [EVENT_STORE, READ_MODEL], useFactory: serviceAccounts },
    {
      provide: NAMESPACE_CHANGES,
      inject: [EVENT_STORE],
      useFactory: (store: EventStore) => new ChangeFeed(store, new Set(['namespace'])),
    },
    {
      provide: IMAGE_CHANGES,
      inject: [EVENT_STORE],
      useFactory: (store: EventStore) => new ChangeFeed(store, new Set(['imageStream', 'image'])),
    },
    StorageLifecycle,
  ],
  exports: [EVENT_STORE, EmbeddedReadModel, Projector, READ_MODEL, SERVICE_ACCOUNTS, NAMESPACE_CHANGES, IMAGE_CHANGES],
})
export class StorageModule {}

/** Which service accounts there are, as fresh as the log: a token ends the moment that its account is deleted. */
function serviceAccounts(store: EventStore, readModel: ReadModel): ServiceAccounts {
  return {
    async uidOf(namespace, name) {
      await readModel.waitFor(await store.lastPosition());
      return (await readModel.serviceAccount(namespace, name))?.account.uid;
    },
  };
}

/** Brings the read models up to date before anything is served. */
async function startProjector(
  store: EventStore,
  readModel: EmbeddedReadModel,
  { images }: Configuration,
  logger: Logger,
  metrics: Metrics,
): Promise<Projector> {
  const projector = new Projector(store, readModel, projections(images));
  const [from, to] = [projector.projected, await store.lastPosition()];
  if (to > from) logger.info({ from, to }, 'bringing the read models up to date');
  await projector.start((error) => {
    logger.fatal({ err: error }, 'the read models can no longer be kept up to date');
    process.exit(1);
  });
  metrics.gauge(
    'tagline_projected_position',
    'Position of the last event that the read models show.',
    [],
    () => projector.projected,
  );
  return projector;
}
