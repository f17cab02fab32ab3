import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract } from '../event-store.contract.js';
import { EmbeddedEventStore } from './embedded-event-store.js';

eventStoreContract('EmbeddedEventStore', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tagline-events-'));
  const path = join(directory, 'events.lmdb');
  let store = EmbeddedEventStore.open(path);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = EmbeddedEventStore.open(path);
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
