import { Global, Module } from '@nestjs/common';
import { SERVICE_ACCOUNTS, type ServiceAccounts } from '#lib/access';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { METRICS, type Metrics } from '#lib/observability';
import { ChangeFeed, READ_MODEL, type ReadModel } from '#lib/read-model';
import { NAMESPACE_CHANGES } from '#lib/tenancy';
import { measureData } from './data-metrics.js';
import { measureProjection } from './projection-metrics.js';
import { RUNNING_READ_MODEL, type RunningReadModel } from './read-model.js';
import { ReadModelsModule } from './read-models.module.js';

/** Nest token of the changes that the watches of images and streams are made of. */
export const IMAGE_CHANGES = Symbol('ImageChanges');

/** The event log and the read models, and what others are told of the changes of both. */
@Global()
@Module({
  imports: [ReadModelsModule],
  providers: [
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
  ],
  exports: [ReadModelsModule, READ_MODEL, SERVICE_ACCOUNTS, NAMESPACE_CHANGES, IMAGE_CHANGES],
})
export class StorageModule {}

function measured(
  configuration: Configuration,
  store: EventStore,
  { readModel }: RunningReadModel,
  metrics: Metrics,
): ReadModel {
  measureData(metrics, configuration);
  measureProjection(metrics, store, readModel);
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
