import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { eventStoreContract } from '../event-store.contract.js';
import { EventStoreDbEventStore } from './event-store-db-event-store.js';

const run = promisify(execFile);
const IMAGE = process.env['ESDB_IMAGE'] ?? 'eventstore/eventstore:lts';
const GIVEN = process.env['ESDB_CONNECTION_STRING'];
const START_MS = 120_000;

/** What there is of a real database: one that is given, one that Docker can start, or why there is none. */
const real = await (async () => {
  if (GIVEN !== undefined) return { kind: 'given', name: 'the one that ESDB_CONNECTION_STRING names' } as const;
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 });
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
  let container: string | undefined;

  beforeAll(async () => {
    if (real.kind !== 'docker') return;
    const settings = ['EVENTSTORE_INSECURE=true', 'EVENTSTORE_MEM_DB=true', 'EVENTSTORE_RUN_PROJECTIONS=None'];
    const environment = settings.flatMap((setting) => ['--env', setting]);
    const started = await run('docker', ['run', '--detach', '--rm', '-p', '127.0.0.1::2113', ...environment, IMAGE]);
    container = started.stdout.trim();
    const { stdout } = await run('docker', ['port', container, '2113/tcp']);
    connectionString = `esdb://${stdout.trim().split('\n')[0] ?? ''}?tls=false`;
    const probe = EventStoreDbEventStore.open(connectionString, { patienceMs: START_MS });
    await probe.lastPosition();
    await probe.close();
  }, START_MS);

  afterAll(async () => {
    if (container !== undefined) await run('docker', ['rm', '--force', container]);
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
