import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { loadConfiguration } from '#lib/config';
import { parseMoment, replayStream, type Moment } from '#lib/history';
import { fromSnapshot, imageStreamView } from '#lib/image-api';
import { openLog } from './open-log.js';
import { runCommand, UsageError } from './run-command.js';

const HELP = `Prints an image stream as it was at a moment in the past. The server may be running.

Usage: npm run replay -- --at <time or resourceVersion> <namespace>/<stream>

  --at MOMENT      a resourceVersion, or a time such as 2026-01-31T12:00:00Z; default: now
  --output FORMAT  yaml (default) or json

The log is where the configuration says, by default in TAGLINE_DATA_DIR (./data).
`;

await runCommand(HELP, async () => {
  const { values, positionals } = parseArgs({
    options: { at: { type: 'string' }, output: { type: 'string', default: 'yaml' } },
    allowPositionals: true,
  });
  const [namespace, name] = streamOf(positionals);
  const moment = values.at === undefined ? { time: new Date() } : momentOf(values.at);
  const configuration = loadConfiguration(process.env);
  const { images } = configuration;
  const store = openLog(configuration);
  try {
    const snapshot = await replayStream(store, namespace, name, moment);
    const source = snapshot && fromSnapshot(snapshot, Infinity);
    if (source === undefined) throw new UsageError(`there was no image stream ${namespace}/${name} at that moment`);
    const hostnames = {
      internal: images.internalRegistryHostname ?? '',
      external: images.externalRegistryHostnames[0] ?? '',
    };
    const object = imageStreamView(source, hostnames).object();
    process.stdout.write(values.output === 'json' ? `${JSON.stringify(object, null, 2)}\n` : stringify(object));
  } finally {
    await store.close();
  }
});

function streamOf(positionals: readonly string[]): [namespace: string, name: string] {
  const [text = '', ...rest] = positionals;
  const [namespace, name, ...more] = text.split('/');
  if (rest.length > 0 || more.length > 0 || !namespace || !name) {
    throw new UsageError('name one image stream as <namespace>/<stream>');
  }
  return [namespace, name];
}

function momentOf(text: string): Moment {
  try {
    return parseMoment(text);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--at: ${error.message}`);
    throw error;
  }
}
