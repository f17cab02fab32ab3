import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from '#lib/testing';
import { run } from '../../system/harness/child-process.js';
import { ApiClient, type ApiClientOptions } from '../../system/harness/api-client.js';
import { DatabaseProcess } from '../../system/harness/database-process.js';
import { Kubectl } from '../../system/harness/kubectl.js';
import { REPOSITORY_ROOT } from '../../system/harness/tagline-server.js';
import { Line } from './line.js';
import { ServiceProcess } from './service-process.js';

export const SERVICES = ['image-service', 'stream-service', 'signature-service', 'import-service'] as const;

export type Service = (typeof SERVICES)[number];

/** What else runs beside the gateways. */
type Served = Service | 'projector' | 'relay';

export interface InstallationOptions {
  /** Settings of all processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 1. */
  readonly gateways?: number;
  /** How many of each service. Default 1. */
  readonly instances?: Readonly<Partial<Record<Service, number>>>;
  /**
   * Where read models and pull secrets are shared, in a schema of their own; there is then a projector, too. By default
   * they are in data directories.
   */
  readonly postgres?: PostgresServer | undefined;
  /** Where a relay publishes what happens, and import services hear of it. By default there is none. */
  readonly kafka?: PublishedTo | undefined;
  /** Whether gateways reach the stream service, and that the log, by lines that can be cut. */
  readonly hasLines?: boolean;
}

export interface PublishedTo {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
}

export interface Lines {
  readonly toStreams: Line;
  readonly toLog: Line;
}

/** What makes one gateway the same as another to its clients. */
const SHARED_IDENTITY = ['ca.crt', 'ca.key', 'admin.token', 'tokens.key'];

/** Every process of a distributed installation, on this machine. */
export class Installation {
  private readonly services = new Map<Served, ServiceProcess[]>();
  readonly gateways: Gateway[] = [];

  private constructor(
    private readonly folder: string,
    readonly database: DatabaseProcess,
    /** Of every process that opens the log and the read models. */
    readonly settings: Readonly<Record<string, string>>,
    readonly lines: Lines | undefined,
  ) {}

  static async start(options: InstallationOptions = {}): Promise<Installation> {
    const { env = {}, gateways = 1, instances = {}, postgres, kafka, hasLines = false } = options;
    const folder = await mkdtemp(join(tmpdir(), 'tagline-distributed-'));
    const certificates = join(folder, 'certificates');
    const cli = join(REPOSITORY_ROOT, 'dist/apps/tagline/src/cli/certificates.js');
    const { code, stderr } = await run(process.execPath, [cli, '--out', certificates]);
    if (code !== 0) throw new Error(`no certificates: ${stderr}`);
    const database = await DatabaseProcess.start();
    const shared = postgres === undefined ? {} : await postgres.newSettings(folder);
    const gatewayCalls = await freeAddresses(gateways);
    const own = new Map<Service, readonly string[]>();
    for (const service of SERVICES) own.set(service, await freeAddresses(instances[service] ?? 1));
    const addressOf = (service: Service): string => (own.get(service) ?? []).join(',');
    const lines = hasLines
      ? { toStreams: await Line.to(addressOf('stream-service')), toLog: await Line.to(database.address) }
      : undefined;
    const installation = new Installation(folder, database, { ...database.settings, ...shared, ...env }, lines);
    const settings = (name: string, data: string): Record<string, string> => ({
      TAGLINE_LOG_LEVEL: 'info',
      TAGLINE_DATA_DIR: join(folder, data),
      TAGLINE_SERVICES_PROBES: '127.0.0.1:0',
      TAGLINE_SERVICES_CA_FILE: join(certificates, 'ca.crt'),
      TAGLINE_SERVICES_CERT_FILE: join(certificates, `${name}.crt`),
      TAGLINE_SERVICES_KEY_FILE: join(certificates, `${name}.key`),
      TAGLINE_SERVICES_IMAGE: addressOf('image-service'),
      TAGLINE_SERVICES_STREAM: addressOf('stream-service'),
      TAGLINE_SERVICES_SIGNATURE: addressOf('signature-service'),
      TAGLINE_SERVICES_IMPORT: addressOf('import-service'),
      // Secrets in PostgreSQL are read by whoever needs them.
      TAGLINE_SERVICES_PULL_SECRETS: postgres === undefined ? gatewayCalls.join(',') : '',
      ...installation.settings,
    });
    try {
      await Promise.all([
        ...[...own].flatMap(([app, addresses]) =>
          addresses.map((listen, index) =>
            installation.startService(
              app,
              {
                ...{ ...settings(app, `${app}-${index}`), TAGLINE_SERVICES_LISTEN: listen },
                ...(app === 'stream-service' && lines && databaseAt(lines.toLog.address)),
                ...(app === 'import-service' && kafka && brokersOf(kafka)),
              },
              index,
            ),
          ),
        ),
        postgres && installation.startService('projector', { ...installation.settings, TAGLINE_LISTEN: '127.0.0.1:0' }),
        kafka &&
          installation.startService('relay', {
            ...{ ...installation.settings, ...brokersOf(kafka) },
            TAGLINE_RELAY_LISTEN: '127.0.0.1:0',
          }),
      ]);
      for (const [index, listen] of gatewayCalls.entries()) {
        await installation.startGateway(join(folder, `gateway-${index}`), {
          ...{ ...settings('gateway', `gateway-${index}`), TAGLINE_SERVICES_LISTEN: listen },
          ...(lines && { TAGLINE_SERVICES_STREAM: lines.toStreams.address }),
        });
      }
      return installation;
    } catch (error) {
      // Nobody gets an installation to end.
      await installation.dispose();
      throw error;
    }
  }

  get gateway(): Gateway {
    const [first] = this.gateways;
    if (first === undefined) throw new Error('there is no gateway');
    return first;
  }

  /** @param instance - counted from 0. */
  service(name: Served, instance = 0): ServiceProcess {
    const service = this.services.get(name)?.[instance];
    if (service === undefined) throw new Error(`there is no ${name}`);
    return service;
  }

  get processes(): readonly ServiceProcess[] {
    return [...this.gateways.map(({ process }) => process), ...[...this.services.values()].flat()];
  }

  /** Ends what still runs, and removes its data. */
  async dispose(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.kill()));
    await this.lines?.toStreams.close();
    await this.lines?.toLog.close();
    await this.database.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async startService(app: Served, env: Readonly<Record<string, string>>, instance = 0): Promise<void> {
    const instances = this.services.get(app) ?? [];
    this.services.set(app, instances);
    instances[instance] = await ServiceProcess.start({ app, env });
  }

  private async startGateway(dataDir: string, env: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(dataDir, { mode: 0o700 });
    const [first] = this.gateways;
    if (first !== undefined) {
      for (const file of SHARED_IDENTITY) await copyFile(join(first.dataDir, file), join(dataDir, file));
    }
    const [api = ''] = await freeAddresses(1);
    const gateway = await ServiceProcess.start({ app: 'gateway', env: { ...env, TAGLINE_LISTEN: api } });
    this.gateways.push(await Gateway.of(gateway, dataDir));
  }
}

/** A gateway, as its clients see it. */
export class Gateway {
  private constructor(
    readonly process: ServiceProcess,
    readonly dataDir: string,
    readonly url: URL,
    readonly ca: string,
    readonly token: string,
  ) {}

  static async of(process: ServiceProcess, dataDir: string): Promise<Gateway> {
    const [ca, token] = await Promise.all(
      ['ca.crt', 'admin.token'].map((file) => readFile(join(dataDir, file), 'utf8')),
    );
    return new Gateway(process, dataDir, new URL(process.ready['url'] ?? ''), ca ?? '', (token ?? '').trim());
  }

  api(options: Partial<ApiClientOptions> = {}): ApiClient {
    return new ApiClient(this.url, { ca: this.ca, token: this.token, ...options });
  }

  kubectl(): Promise<Kubectl> {
    return Kubectl.of(join(this.dataDir, 'kubeconfig'));
  }
}

const databaseAt = (address: string): Readonly<Record<string, string>> => ({
  TAGLINE_EVENT_STORE_CONNECTION_STRING: `esdb://${address}?tls=false`,
});

const brokersOf = ({ brokers, topicPrefix }: PublishedTo): Readonly<Record<string, string>> => ({
  TAGLINE_KAFKA_BROKERS: brokers.join(','),
  TAGLINE_KAFKA_TOPIC_PREFIX: topicPrefix,
});

/** Addresses that nobody listens on, for processes that have to know of each other before they start. */
async function freeAddresses(count: number): Promise<readonly string[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const addresses: string[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    addresses.push(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return addresses;
}
