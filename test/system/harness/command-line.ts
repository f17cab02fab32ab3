import { join } from 'node:path';
import { run, type Finished } from './child-process.js';
import { REPOSITORY_ROOT } from './tagline-server.js';

type Command = 'rebuild' | 'replay' | 'verify' | 'copy-log';

/**
 * Runs one of the commands beside the server, as `npm run` does but for the build: other tests start servers from the
 * same files meanwhile.
 */
export const runCommandLine = (command: Command, dataDir: string, ...args: readonly string[]): Promise<Finished> =>
  runCommandLineWith({}, command, dataDir, ...args);

/** @param settings - of the server, as environment variables. */
export const runCommandLineWith = (
  settings: Readonly<Record<string, string>>,
  command: Command,
  dataDir: string,
  ...args: readonly string[]
): Promise<Finished> =>
  run(process.execPath, [join(REPOSITORY_ROOT, `dist/apps/tagline/src/cli/${command}.js`), ...args], {
    env: { ...process.env, TAGLINE_DATA_DIR: dataDir, ...settings },
  });
