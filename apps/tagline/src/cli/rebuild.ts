import { openEventStore, openPostgres, readModelPath } from '#lib/composition';
import { parseArgs } from 'node:util';
import { loadConfiguration, type Configuration } from '#lib/config';
import { DataDirectoryLock } from '#lib/event-store';
import type { Postgres } from '#lib/postgres';
import {
  digestOfActive,
  EmbeddedReadModel,
  projections,
  Projector,
  readModelShape,
  rebuild,
  type Rebuilt,
} from '#lib/read-model';
import { openLog } from './open-log.js';
import { runCommand, UsageError } from './run-command.js';

const HELP = `Builds the read models anew from the log.

Usage: npm run rebuild [-- --digest]

  --digest   build nothing; only print the digest of what is there

In the data directory they are dropped and built again, and the server must be stopped. In PostgreSQL they are built
beside those that are read and then swapped, and servers go on.

Prints the digest of the read models: the same log always gives the same one, wherever they are kept.
The log and the read models are where the configuration says, by default in TAGLINE_DATA_DIR (./data).
`;

await runCommand(HELP, async () => {
  const { values } = parseArgs({ options: { digest: { type: 'boolean', default: false } } });
  const configuration = loadConfiguration(process.env);
  const postgres = openPostgres(configuration);
  if (postgres === undefined) await inDataDirectory(configuration, values.digest);
  else await inPostgres(configuration, postgres, values.digest).finally(() => postgres.close());
});

async function inDataDirectory(configuration: Configuration, isForDigest: boolean): Promise<void> {
  const { dataDir, images } = configuration;
  const lock = await DataDirectoryLock.acquire(dataDir);
  const store = openEventStore(configuration);
  const open = (): Promise<EmbeddedReadModel> =>
    EmbeddedReadModel.openFor(store, readModelPath(dataDir), readModelShape(images));
  try {
    if (!isForDigest) await (await open()).destroy();
    const readModel = await open();
    const projector = new Projector(store, readModel, projections(images));
    await report(isForDigest, async () => {
      await projector.start();
      return { events: projector.eventsTaken, digest: readModel.digest() };
    });
    await projector.stop();
    await readModel.close();
  } finally {
    await store.close();
    await lock.release();
  }
}

/** Takes no lock: the log is only read, and the tables that are read are left alone until the new ones are complete. */
async function inPostgres(configuration: Configuration, postgres: Postgres, isForDigest: boolean): Promise<void> {
  const { images } = configuration;
  const shape = readModelShape(images);
  if (isForDigest) {
    const digest = await digestOfActive({ postgres, shape });
    if (digest === undefined) throw new UsageError('there are no read models yet');
    process.stdout.write(`digest ${digest}\n`);
    return;
  }
  const store = openLog(configuration);
  try {
    await report(false, () => rebuild({ store, postgres, shape, folds: projections(images) }));
  } finally {
    await store.close();
  }
}

async function report(isForDigest: boolean, build: () => Promise<Rebuilt>): Promise<void> {
  const started = performance.now();
  const { events, digest } = await build();
  const seconds = (performance.now() - started) / 1000;
  if (!isForDigest) process.stdout.write(`rebuilt the read models from ${events} events in ${seconds.toFixed(1)} s\n`);
  process.stdout.write(`digest ${digest}\n`);
}
