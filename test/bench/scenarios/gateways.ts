import { Installation, type Gateway } from '../../distributed/harness/installation.js';
import { CpuMeter, type MeteredProcess } from '../cpu-meter.js';
import { gatewayEndpoint } from '../gateway-endpoint.js';
import { runLoad, type LoadedServer } from '../load.js';
import { LogDatabase } from '../log-database.js';
import { memoryOf } from '../process-usage.js';
import { imageName, PushTemplate } from '../pushed-image.js';
import type { ReadModelDatabase } from '../read-model-database.js';
import { collectionPath, requestBytes } from '../request.js';
import type { Row } from '../row.js';
import type { Scenario, ScenarioOptions } from '../scenario.js';
import { createStreams, streamAt, tagAt } from '../streams.js';
import { Opened, postgresOrSkip } from '../surroundings.js';

const NAMESPACE = 'bench';
const CONNECTIONS = 64;
const STREAMS = CONNECTIONS;
const TAGS = 10;
const MEGABYTE = 1_048_576;

/**
 * Pushes and reads through two gateways and through one, in front of one instance of each service, with the read models in
 * PostgreSQL: what a second gateway gains, and what it costs.
 */
export const gateways: Scenario = {
  names: ['distributed', 'gateways'],
  async run(options, report) {
    const opened = new Opened();
    try {
      const postgres = await postgresOrSkip('two gateways', report);
      if (postgres === undefined) return;
      opened.add(postgres, () => postgres.dispose());
      const database = opened.add(await LogDatabase.start(), (each) => each.dispose());
      const env = { ...database.settings, ...postgres.settings };
      const installation = opened.add(await Installation.start({ env, gateways: 2 }), (each) => each.dispose());
      await new Gateways(installation, database, postgres, report).measure(options);
    } finally {
      await opened.close();
    }
  },
};

class Gateways {
  private readonly templates: readonly (readonly PushTemplate[])[];
  private readonly reads: readonly Buffer[];
  private pushed = 0;

  constructor(
    private readonly installation: Installation,
    private readonly database: LogDatabase,
    private readonly postgres: ReadModelDatabase,
    private readonly report: (row: Row) => void,
  ) {
    const endpoint = gatewayEndpoint(installation.gateway);
    this.templates = Array.from({ length: STREAMS }, (_, stream) =>
      Array.from({ length: TAGS }, (_, tag) => new PushTemplate(endpoint, NAMESPACE, streamAt(stream), tagAt(tag))),
    );
    this.reads = Array.from({ length: STREAMS }, (_, stream) =>
      requestBytes(endpoint, {
        path: `${collectionPath('imagestreamtags', NAMESPACE)}/${streamAt(stream)}:${tagAt(0)}`,
      }),
    );
  }

  async measure(options: ScenarioOptions): Promise<void> {
    const { gateways } = this.installation;
    const api = this.installation.gateway.api();
    await api.post('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    api.close();
    const two = this.servers(gateways);
    await createStreams(two, NAMESPACE, 0, STREAMS);
    // Both are measured on services that have been at work for a while.
    const push = { connections: CONNECTIONS, next: (connection: number) => this.push(connection), status: 201 };
    await runLoad(two, { ...push, seconds: options.warmUp, warmUp: 0 });
    await this.load('two gateways', two, gateways, options);
    const second = gateways[1];
    await second?.process.stop();
    const one = gateways.slice(0, 1);
    await this.load('one gateway', this.servers(one), one, options);
  }

  private async load(
    where: string,
    server: LoadedServer,
    gateways: readonly Gateway[],
    { seconds, warmUp }: ScenarioOptions,
  ): Promise<void> {
    const loads = [
      { operation: 'push a tag', next: (connection: number) => this.push(connection), status: 201 },
      { operation: 'get an ImageStreamTag', next: () => this.read(), status: 200 },
    ];
    for (const { operation, next, status } of loads) {
      const load = { connections: CONNECTIONS, warmUp: 0, next, status };
      await runLoad(server, { ...load, seconds: warmUp });
      const meter = await CpuMeter.start(this.processes(gateways));
      const figures = await runLoad(server, { ...load, seconds });
      this.report({ kind: 'load', operation: `${operation}, ${where}`, connections: CONNECTIONS, figures });
      const done = figures.operationsPerSecond * seconds;
      for (const [name, used] of await meter.read()) {
        const each = `${operation}, ${where}: CPU for 1,000, ${name}`;
        this.report({ kind: 'quantity', operation: each, value: (used / done) * 1_000, unit: 's' });
      }
    }
    for (const [index, { process }] of gateways.entries()) {
      const { own } = await memoryOf(process.pid);
      const operation = `${where}: memory of gateway ${index + 1}, without mapped files`;
      this.report({ kind: 'quantity', operation, value: own / MEGABYTE, unit: 'MB' });
    }
  }

  private push(connection: number): Buffer | undefined {
    return this.templates[connection]?.[Math.floor(this.pushed / STREAMS) % TAGS]?.with(imageName(this.pushed++));
  }

  private read(): Buffer | undefined {
    return this.reads[Math.floor(Math.random() * this.reads.length)];
  }

  /** The columns of the loads have the processor seconds of the gateways. */
  private servers(gateways: readonly Gateway[]): LoadedServer {
    const [endpoint, ...otherEndpoints] = gateways.map(gatewayEndpoint);
    if (endpoint === undefined) throw new Error('there is no gateway');
    const processes = gateways.map(({ process: { pid } }) => ({ name: 'gateways', pid }));
    const meter = CpuMeter.start(processes);
    return { endpoint, otherEndpoints, cpuSeconds: async () => (await (await meter).read()).get('gateways') ?? 0 };
  }

  private processes(gateways: readonly Gateway[]): MeteredProcess[] {
    return [
      ...gateways.map(({ process: { pid } }) => ({ name: 'the gateways', pid })),
      { name: 'the image service', pid: this.installation.service('image-service').pid },
      { name: 'the stream service', pid: this.installation.service('stream-service').pid },
      { name: 'the import service', pid: this.installation.service('import-service').pid },
      { name: this.database.name, pid: this.database.pid },
      { name: 'PostgreSQL', pid: this.postgres.pid, isFamily: true },
    ];
  }
}
