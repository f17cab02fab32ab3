import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openEventStore, openPostgres, openSecretStore } from '#lib/composition';
import { loadConfiguration, type Configuration } from '#lib/config';
import { DataDirectoryLock } from '#lib/event-store';
import { copyLog, CopyLogError } from '#lib/history';
import { copySecrets } from '#lib/tenancy';
import { openLog } from './open-log.js';
import { runCommand, UsageError } from './run-command.js';

const HELP = `Copies the log, and the pull secrets, to where another configuration keeps them: from a data directory to EventStoreDB
and PostgreSQL, or back.

Usage: npm run copy-log -- --to <file>

  --to <file>   YAML configuration of the installation that is to have the log

What is copied is what the configuration of the environment (TAGLINE_CONFIG and so on) names. Stop the servers of both
installations first. The target must be empty, or have the beginning of the same log: a copy that was interrupted goes on
where it was. Nothing is removed from the source.

Events keep their order, times and hashes; their positions, and so every resourceVersion, are new: clients list anew.
docs/deployment.md says what else moves.
`;

/** Events between two lines that say how far it is. */
const SAY_EVERY = 10_000;

await runCommand(HELP, async () => {
  const { values } = parseArgs({ options: { to: { type: 'string' } } });
  if (values.to === undefined) throw new UsageError('--to must name the configuration of the target');
  const source = loadConfiguration(process.env);
  const target = targetIn(values.to);
  const locks = await lockAll([source, target].filter(keepsData));
  try {
    await copyEvents(source, target);
    await copyAllSecrets(source, target);
  } catch (error) {
    throw error instanceof CopyLogError ? new UsageError(error.message) : error;
  } finally {
    for (const lock of locks) await lock.release();
  }
});

/** Nothing of the source's environment counts for the target. */
function targetIn(path: string): Configuration {
  return loadConfiguration({ TAGLINE_CONFIG: resolve(path) });
}

function keepsData({ readModel, eventStore }: Configuration): boolean {
  return readModel.engine === 'embedded' || eventStore.engine === 'embedded';
}

async function lockAll(configurations: readonly Configuration[]): Promise<readonly DataDirectoryLock[]> {
  const locks: DataDirectoryLock[] = [];
  for (const dataDir of new Set(configurations.map((each) => resolve(each.dataDir)))) {
    locks.push(await DataDirectoryLock.acquire(dataDir));
  }
  return locks;
}

async function copyEvents(source: Configuration, target: Configuration): Promise<void> {
  const from = openLog(source);
  const to = openEventStore(target);
  try {
    let said = 0;
    const onProgress = ({ copied, found }: { readonly copied: number; readonly found: number }): void => {
      if (copied + found - said < SAY_EVERY) return;
      said = copied + found;
      process.stderr.write(`${said} events are there\n`);
    };
    const { copied, found } = await copyLog({ from, to, onProgress });
    process.stdout.write(`events: ${copied} copied, ${found} were there\n`);
  } finally {
    await to.close();
    await from.close();
  }
}

async function copyAllSecrets(source: Configuration, target: Configuration): Promise<void> {
  const [ofSource, ofTarget] = [openPostgres(source), openPostgres(target)];
  const from = await openSecretStore(source, ofSource);
  const to = await openSecretStore(target, ofTarget);
  try {
    process.stdout.write(`secrets: ${await copySecrets(from, to)} copied\n`);
  } finally {
    for (const opened of [to, from, ofTarget, ofSource]) await opened?.close();
  }
}
