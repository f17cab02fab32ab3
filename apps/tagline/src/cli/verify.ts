import { loadConfiguration } from '#lib/config';
import { verifyLog } from '#lib/history';
import { openLog } from './open-log.js';
import { runCommand } from './run-command.js';

const HELP = `Checks that the log is as it was written: no event altered, moved or cut out. The server may be running.

Usage: npm run verify

Exits with 1 and names the first event of every stream whose chain of hashes is broken.
The log is where the configuration says, by default in TAGLINE_DATA_DIR (./data).
`;

await runCommand(HELP, async () => {
  const store = openLog(loadConfiguration(process.env));
  try {
    const { events, streams, broken } = await verifyLog(store);
    for (const { stream, revision, why } of broken) process.stdout.write(`${stream} revision ${revision}: ${why}\n`);
    process.stdout.write(`${events} events in ${streams} streams, ${broken.length} broken\n`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await store.close();
  }
});
