import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SERVICE_ACCOUNTS, type ServiceAccounts } from '#lib/access';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, lagBehind, type EventStore } from '#lib/event-store';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import { type Postgres } from '#lib/postgres';
import { ChangeFeed, READ_MODEL, type ReadModel } from '#lib/read-model';
import { NAMESPACE_CHANGES } from '#lib/tenancy';
import { eventStoreProvider } from './log.module.js';
import { openPostgres, POSTGRES } from './postgres.js';
import { openReadModel, RUNNING_READ_MODEL, type RunningReadModel } from './read-model.js';
import { measureData } from './data-metrics.js';
import { measureProjectionLag } from './lag-metrics.js';

/** Nest token of the changes that the watches of images and streams are made of. */
export const IMAGE_CHANGES = Symbol('ImageChanges');

/** Closes what was opened, the projector first: it writes the read model from the log. */
@Injectable()
class StorageLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(RUNNING_READ_MODEL) private readonly readModel: RunningReadModel,
    @Inject(POSTGRES) private readonly postgres: Postgres | undefined,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.readModel.close();
    await this.store.close();
    await this.postgres?.close();
  }
}

/** The event log and the read models, each where the configuration says. */
@Global()
@Module({
  providers: [
    eventStoreProvider,
    {
      provide: POSTGRES,
      inject: [CONFIGURATION, LOGGER],
      useFactory: (configuration: Configuration, logger: Logger) =>
        openPostgres(configuration, (why) => logger.warn({ why }, 'a connection to PostgreSQL was lost')),
    },
    {
      provide: RUNNING_READ_MODEL,
      inject: [CONFIGURATION, EVENT_STORE, POSTGRES, LOGGER],
      useFactory: openReadModel,
    },
    { provide: READ_MODEL, inject: [CONFIGURATION, EVENT_STORE, RUNNING_READ_MODEL, METRICS], useFactory: measured },
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
  exports: [EVENT_STORE, POSTGRES, READ_MODEL, SERVICE_ACCOUNTS, NAMESPACE_CHANGES, IMAGE_CHANGES],
})
export class StorageModule {}

function measured(
  configuration: Configuration,
  store: EventStore,
  { readModel }: RunningReadModel,
  metrics: Metrics,
): ReadModel {
  measureData(metrics, configuration);
  measureProjectionLag(metrics, () => lagBehind(store, readModel.position));
  metrics.gauge(
    'tagline_projected_position',
    'Position of the last event that the read models show.',
    [],
    () => readModel.position,
  );
  return readModel;
}

/** Which service accounts there are, as fresh as the log: a token ends the moment that its account is deleted. */
function serviceAccounts(store: EventStore, readModel: ReadModel): ServiceAccounts {
  return {
    async uidOf(namespace, name) {
      await readModel.waitFor(await store.lastPosition());
      return (await readModel.declared('serviceAccount', namespace, name))?.object.uid;
    },
  };
}
