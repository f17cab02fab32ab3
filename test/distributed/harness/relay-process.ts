import { join } from 'node:path';
import { run, type Finished } from '../../system/harness/child-process.js';
import { REPOSITORY_ROOT } from '../../system/harness/tagline-server.js';
import { environmentOf, ServiceProcess } from './service-process.js';

const MAIN = join(REPOSITORY_ROOT, 'dist/apps/relay/src/main.js');
const PROBES = { TAGLINE_RELAY_LISTEN: '127.0.0.1:0' };

/** The built relay as a process of its own. */
export const startRelay = (env: Readonly<Record<string, string>>): Promise<ServiceProcess> =>
  ServiceProcess.start({ app: 'relay', env: { ...PROBES, ...env } });

/** Runs the relay to its end, as it is when it does not start. */
export const runRelay = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  run(process.execPath, ['--enable-source-maps', MAIN, ...args], { env: environmentOf({ ...PROBES, ...env }) });
