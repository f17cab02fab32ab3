import { join } from 'node:path';
import { eventually } from '../../system/harness/eventually.js';
import { allocatedBytes } from '../disk-usage.js';
import { sendAll } from '../load.js';
import { imageName, PushTemplate } from '../pushed-image.js';
import { rebuilt } from '../rebuilt.js';
import type { Scenario } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { createStreams, streamAt, tagAt } from '../streams.js';
import { kafkaOrSkip, Opened, postgresOrSkip } from '../surroundings.js';

const NAMESPACE = 'bench';
const CONNECTIONS = 64;
const STREAMS = 200;
const TAGS = 10;
const PUBLISHED_MS = 120_000;
const MEGABYTE = 1_048_576;

/** What pushes take up, each an image with 8 KB of metadata and a move of a tag: in the log, the read models and Kafka. */
export const sizes: Scenario = {
  names: ['distributed', 'sizes'],
  async run({ quick }, report) {
    const opened = new Opened();
    try {
      const broker = await kafkaOrSkip('sizes', report);
      if (broker === undefined) return;
      opened.add(broker, () => broker.dispose());
      const postgres = await postgresOrSkip('sizes', report);
      if (postgres === undefined) return;
      opened.add(postgres, () => postgres.dispose());
      const settings = { TAGLINE_KAFKA_BROKERS: broker.brokers.join(',') };
      const server = opened.add(await ServerProcess.startEmpty(settings), (each) => each.stopAndDelete());
      await server.createNamespace(NAMESPACE);
      await createStreams(server, NAMESPACE, 0, STREAMS);
      const pushes = quick ? 500 : 5_000;
      await published(server);
      const inKafka = (): Promise<number> =>
        broker.dataDir === undefined ? Promise.resolve(NaN) : allocatedBytes(broker.dataDir);
      const inLog = (): Promise<number> => allocatedBytes(join(server.dataDir, 'events.lmdb'));
      const [kafkaBefore, logBefore] = [await inKafka(), await inLog()];
      await pushAll(server, pushes);
      await published(server);
      const size = (what: string, bytes: number): void =>
        report({
          ...{ kind: 'quantity', unit: 'MB', value: (bytes / MEGABYTE / pushes) * 1_000 },
          operation: `1,000 pushes, of two events each: ${what}`,
        });
      size('the log in the data directory', (await inLog()) - logBefore);
      size('the topics in Kafka, one replica', (await inKafka()) - kafkaBefore);
      await server.stop();
      await rebuilt(server.dataDir, {});
      size('the read models in the data directory', await allocatedBytes(join(server.dataDir, 'read-model')));
      await rebuilt(server.dataDir, postgres.settings);
      size('the read models in PostgreSQL', await postgres.bytes());
    } finally {
      await opened.close();
    }
  },
};

async function pushAll(server: ServerProcess, pushes: number): Promise<void> {
  const templates = Array.from(
    { length: STREAMS * TAGS },
    (_, index) =>
      new PushTemplate(server.endpoint, NAMESPACE, streamAt(index % STREAMS), tagAt(Math.floor(index / STREAMS))),
  );
  let pushed = 0;
  const next = (): Buffer | undefined =>
    pushed < pushes ? templates[pushed % templates.length]?.with(imageName(pushed++)) : undefined;
  await sendAll(server, CONNECTIONS, { status: 201, next });
}

/** Everything that is in the log is in Kafka, too. */
async function published(server: ServerProcess): Promise<void> {
  await eventually(
    'the events to be published',
    async () => {
      const { raw } = await server.request({ path: '/metrics' });
      const text = raw().toString();
      const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
      return (value('tagline_relay_active') === 1 && value('tagline_relay_lag_positions') === 0) || undefined;
    },
    PUBLISHED_MS,
  );
}
