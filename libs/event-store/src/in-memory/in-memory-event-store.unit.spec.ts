import { eventStoreContract } from '../event-store.contract.js';
import { InMemoryEventStore } from './in-memory-event-store.js';

const on = (gap: number) => async () => {
  const store = new InMemoryEventStore(gap);
  return { store, dispose: () => store.close() };
};

eventStoreContract('InMemoryEventStore', on(1));
eventStoreContract('InMemoryEventStore, with gaps between positions,', on(137));
