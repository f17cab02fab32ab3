import { existsSync } from 'node:fs';
import { loadConfiguration } from '#lib/config';
import { EmbeddedEventStore } from '#lib/event-store';
import { verifyLog } from '#lib/history';
import { eventLogPath } from '../data-directory.js';
import { runCommand, UsageError } from './run-command.js';

const HELP = `Checks that the log is as it was written: no event altered, moved or cut out. The server may be running.

Usage: npm run verify

Exits with 1 and names the first event of every stream whose chain of hashes is broken.
The data directory is TAGLINE_DATA_DIR (default ./data).
`;

await runCommand(HELP, async () => {
  const { dataDir } = loadConfiguration(process.env);
  if (!existsSync(eventLogPath(dataDir))) throw new UsageError(`there is no log in ${dataDir}`);
  const store = EmbeddedEventStore.open(eventLogPath(dataDir), { readOnly: true });
  try {
    const { events, streams, broken } = await verifyLog(store);
    for (const { stream, revision, why } of broken) process.stdout.write(`${stream} revision ${revision}: ${why}\n`);
    process.stdout.write(`${events} events in ${streams} streams, ${broken.length} broken\n`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await store.close();
  }
});
