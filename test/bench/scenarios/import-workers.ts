import { randomUUID } from 'node:crypto';
import { EventStoreDbEventStore } from '#lib/event-store';
import { startRelay } from '../../distributed/harness/relay-process.js';
import { Installation } from '../../distributed/harness/installation.js';
import type { ServiceProcess } from '../../distributed/harness/service-process.js';
import { eventually } from '../../system/harness/eventually.js';
import { CpuMeter } from '../cpu-meter.js';
import { gatewayEndpoint } from '../gateway-endpoint.js';
import { sendAll } from '../load.js';
import { LogDatabase, type LogSettings } from '../log-database.js';
import { memoryOf } from '../process-usage.js';
import { RegistryProcess } from '../registry-process.js';
import { collectionPath, requestBytes } from '../request.js';
import type { Row } from '../row.js';
import type { Scenario } from '../scenario.js';
import { kafkaOrSkip, Opened, postgresOrSkip } from '../surroundings.js';

const NAMESPACE = 'bench';
const WRITERS = 16;
/** As far away as many registries are: what one worker does is then limited by its waiting, and not by the machine. */
const REGISTRY_DELAY_MS = 100;
const IMPORTED_MS = 120_000;
const MEGABYTE = 1_048_576;

/**
 * Streams that ask for one image each, imported in the background by two import services that share the work, and by one
 * of them when the other is gone.
 */
export const importWorkers: Scenario = {
  names: ['distributed', 'import-workers'],
  async run({ quick }, report) {
    const opened = new Opened();
    try {
      const broker = await kafkaOrSkip('import workers', report);
      if (broker === undefined) return;
      opened.add(broker, () => broker.dispose());
      const postgres = await postgresOrSkip('import workers', report);
      if (postgres === undefined) return;
      opened.add(postgres, () => postgres.dispose());
      const database = opened.add(await LogDatabase.start(), (each) => each.dispose());
      const count = quick ? 50 : 300;
      const contents = { small: 3 * count, repositories: 0, tags: 0, delayMs: REGISTRY_DELAY_MS };
      const registry = opened.add(await RegistryProcess.start(contents), async (each) => each.stop());
      const kafka = {
        TAGLINE_KAFKA_BROKERS: broker.brokers.join(','),
        TAGLINE_KAFKA_TOPIC_PREFIX: `bench-${randomUUID()}`,
      };
      const env = { ...database.settings, ...postgres.settings, ...kafka };
      opened.add(await startRelay({ ...database.settings, ...kafka }), (each) => each.kill());
      const instances = { 'import-service': 2 };
      const installation = opened.add(await Installation.start({ env, instances }), (each) => each.dispose());
      const measured = new ImportWorkers(installation, database.log, registry.host, report);
      await measured.begin();
      const [first, second] = [installation.service('import-service', 0), installation.service('import-service', 1)];
      // Once unmeasured: what is measured first would be measured on code that is not compiled yet.
      await measured.importAll(count, [first, second]);
      await measured.print(await measured.importAll(count, [first, second]));
      await second.stop();
      await measured.print(await measured.importAll(count, [first]));
    } finally {
      await opened.close();
    }
  },
};

interface Imported {
  readonly workers: readonly ServiceProcess[];
  readonly perSecond: number;
  /** Processor seconds of all of them for 1,000 images. */
  readonly cpuPerThousand: number;
}

class ImportWorkers {
  private created = 0;
  private partitions = 0;

  constructor(
    private readonly installation: Installation,
    private readonly log: LogSettings,
    private readonly registry: string,
    private readonly report: (row: Row) => void,
  ) {}

  async begin(): Promise<void> {
    const api = this.installation.gateway.api();
    await api.post('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    api.close();
  }

  async importAll(count: number, workers: readonly ServiceProcess[]): Promise<Imported> {
    await this.shared(workers);
    const store = EventStoreDbEventStore.open(this.log.connectionString, { streamPrefix: this.log.streamPrefix });
    const after = await store.lastPosition();
    const meter = await CpuMeter.start(workers.map(({ pid }) => ({ name: 'workers', pid })));
    await this.createStreams(count);
    const times = await eventually(
      'every image to be imported',
      async () => {
        const found: number[] = [];
        for await (const page of store.readAll({ after })) {
          for (const { type, metadata } of page) {
            if (type === 'ImportCompleted') found.push(Date.parse(metadata.time));
          }
        }
        return found.length >= count ? found : undefined;
      },
      IMPORTED_MS,
    );
    await store.close();
    const cpu = (await meter.read()).get('workers') ?? 0;
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    return { workers, perSecond: (times.length - 1) / seconds, cpuPerThousand: (cpu / count) * 1_000 };
  }

  async print({ workers, perSecond, cpuPerThousand }: Imported): Promise<void> {
    const who = workers.length === 1 ? 'one import service' : `${workers.length} import services`;
    const quantity = (operation: string, value: number, unit: 's' | 'MB' | '' = ''): void =>
      this.report({ kind: 'quantity', operation, value, unit });
    quantity(`background imports by ${who}, ${REGISTRY_DELAY_MS} ms from the registry: images a second`, perSecond);
    quantity('… CPU of the import services for 1,000', cpuPerThousand, 's');
    for (const { pid } of workers) {
      quantity('… memory of one, without mapped files', (await memoryOf(pid)).own / MEGABYTE, 'MB');
    }
  }

  /** Waits until these have all the partitions, and each of them some. */
  private async shared(workers: readonly ServiceProcess[]): Promise<void> {
    await eventually(
      'the import services to share the work',
      async () => {
        const shares = await Promise.all(workers.map(partitionsOf));
        const sum = shares.reduce((total, share) => total + share, 0);
        if (shares.includes(0) || sum < this.partitions) return undefined;
        this.partitions = sum;
        return true;
      },
      IMPORTED_MS,
    );
  }

  private async createStreams(count: number): Promise<void> {
    const endpoint = gatewayEndpoint(this.installation.gateway);
    const path = collectionPath('imagestreams', NAMESPACE);
    let left = count;
    const next = (): Buffer | undefined => {
      if (left-- <= 0) return undefined;
      const number = this.created++;
      const from = { kind: 'DockerImage', name: `${this.registry}/bench/small:t${number}` };
      const tags = [{ name: 'latest', from, importPolicy: { insecure: true } }];
      const body = {
        ...{ kind: 'ImageStream', apiVersion: 'image.openshift.io/v1' },
        ...{ metadata: { name: `imported-${number}`, namespace: NAMESPACE }, spec: { tags } },
      };
      return requestBytes(endpoint, { method: 'POST', path, body });
    };
    await sendAll({ endpoint, cpuSeconds: async () => 0 }, WRITERS, { status: 201, next });
  }
}

/** How many partitions an import service has of the events that the group shares. */
async function partitionsOf({ ready }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${ready['probes'] ?? ''}/metrics`)).text();
  return Number(/^tagline_reactor_partitions\{[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0);
}
