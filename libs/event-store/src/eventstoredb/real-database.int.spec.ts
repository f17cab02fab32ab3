import { randomUUID } from 'node:crypto';
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { eventStoreContract } from '../event-store.contract.js';
import { EventStoreDbEventStore } from './event-store-db-event-store.js';

const IMAGE = process.env['ESDB_IMAGE'] ?? 'eventstore/eventstore:lts';
const GIVEN = process.env['ESDB_CONNECTION_STRING'];
const START_MS = 120_000;
const PORT = 2113;

/** What there is of a real database: one that is given, one that Docker can start, or why there is none. */
const real = await (async () => {
  if (GIVEN !== undefined) return { kind: 'given', name: 'the one that ESDB_CONNECTION_STRING names' } as const;
  try {
    await getContainerRuntimeClient();
    return { kind: 'docker', name: `${IMAGE} in Docker` } as const;
  } catch {
    return { kind: 'none' } as const;
  }
})();

const WHY_NOT = 'ESDB_CONNECTION_STRING is not set, and no Docker engine answers';

process.stderr.write(
  real.kind === 'none'
    ? `EventStoreDB: tested on a double only, as ${WHY_NOT}\n`
    : `EventStoreDB: tested on a double and on ${real.name}\n`,
);

if (real.kind === 'none') {
  describe('EventStoreDbEventStore, on a real database,', () => {
    it.skip(`is not tried: ${WHY_NOT}`);
  });
} else {
  let connectionString = GIVEN ?? '';
  let container: StartedTestContainer | undefined;

  beforeAll(async () => {
    if (real.kind !== 'docker') return;
    container = await new GenericContainer(IMAGE)
      .withEnvironment({ EVENTSTORE_INSECURE: 'true', EVENTSTORE_MEM_DB: 'true', EVENTSTORE_RUN_PROJECTIONS: 'None' })
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/health/live', PORT).forStatusCode(204))
      .withStartupTimeout(START_MS)
      .start();
    connectionString = `esdb://${container.getHost()}:${container.getMappedPort(PORT)}?tls=false`;
  }, START_MS);

  afterAll(async () => {
    await container?.stop();
  });

  eventStoreContract(`EventStoreDbEventStore, on a real database (${real.name}),`, async () => {
    // What earlier tests left in the database is not seen under another prefix.
    const options = { streamPrefix: `test-${randomUUID()}.` };
    let store = EventStoreDbEventStore.open(connectionString, options);
    return {
      store,
      reopen: async () => {
        await store.close();
        store = EventStoreDbEventStore.open(connectionString, options);
        return store;
      },
      dispose: () => store.close(),
    };
  });
}
