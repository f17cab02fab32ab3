import { EventStoreDbDouble, type EventStoreDbDoubleOptions } from '#lib/testing';
import { eventStoreContract, type StoreUnderTest } from '../event-store.contract.js';
import { EventStoreDbEventStore } from './event-store-db-event-store.js';

const on =
  (options: EventStoreDbDoubleOptions): (() => Promise<StoreUnderTest>) =>
  async () => {
    const double = await EventStoreDbDouble.start(options);
    let store = EventStoreDbEventStore.open(double.connectionString);
    return {
      store,
      reopen: async () => {
        await store.close();
        store = EventStoreDbEventStore.open(double.connectionString);
        return store;
      },
      dispose: async () => {
        await store.close();
        await double.stop();
      },
    };
  };

eventStoreContract('EventStoreDbEventStore, on a double that offers batches,', on({ features: 'batches' }));
eventStoreContract('EventStoreDbEventStore, on a double that offers no batches,', on({ features: 'single' }));
eventStoreContract(
  'EventStoreDbEventStore, on a double that says nothing of itself and writes much of its own,',
  on({ features: 'unimplemented', systemEventEvery: 1 }),
);
