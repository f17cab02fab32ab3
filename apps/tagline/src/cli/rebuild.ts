import { parseArgs } from 'node:util';
import { loadConfiguration } from '#lib/config';
import { DataDirectoryLock } from '#lib/event-store';
import { EmbeddedReadModel, projections, Projector, readModelShape } from '#lib/read-model';
import { readModelPath } from '../data-directory.js';
import { openEventStore } from '../event-store.js';
import { runCommand } from './run-command.js';

const HELP = `Drops the read models and builds them anew from the log. The server must be stopped.

Usage: npm run rebuild [-- --digest]

  --digest   build nothing; only print the digest of what is there

Prints the digest of the read models: the same log always gives the same one.
The read models are in TAGLINE_DATA_DIR (default ./data), the log is where the configuration says, by default there, too.
`;

await runCommand(HELP, async () => {
  const { values } = parseArgs({ options: { digest: { type: 'boolean' } } });
  const configuration = loadConfiguration(process.env);
  const { dataDir, images } = configuration;
  const lock = await DataDirectoryLock.acquire(dataDir);
  const store = openEventStore(configuration);
  const open = (): Promise<EmbeddedReadModel> =>
    EmbeddedReadModel.openFor(store, readModelPath(dataDir), readModelShape(images));
  try {
    if (values.digest !== true) await (await open()).destroy();
    const readModel = await open();
    const started = performance.now();
    const projector = new Projector(store, readModel, projections(images));
    await projector.start();
    const seconds = (performance.now() - started) / 1000;
    if (values.digest !== true) {
      process.stdout.write(`rebuilt the read models from ${projector.eventsTaken} events in ${seconds.toFixed(1)} s\n`);
    }
    process.stdout.write(`digest ${readModel.digest()}\n`);
    await projector.stop();
    await readModel.close();
  } finally {
    await store.close();
    await lock.release();
  }
});
