import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withoutSettings } from './server-process.js';

const REBUILD = fileURLToPath(new URL('../../apps/tagline/src/cli/rebuild.js', import.meta.url));

/** Builds the read models of a log anew, where the settings say that they are. */
export async function rebuilt(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly events: number; readonly seconds: number }> {
  const env = { ...withoutSettings(), TAGLINE_DATA_DIR: dataDir, ...settings };
  const { stdout } = await promisify(execFile)(process.execPath, [REBUILD], { env });
  const [, events = 0, seconds = 0] = /from (\d+) events in ([\d.]+) s/.exec(stdout)?.map(Number) ?? [];
  return { events, seconds };
}
