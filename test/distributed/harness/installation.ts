import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../system/harness/child-process.js';
import { ApiClient, type ApiClientOptions } from '../../system/harness/api-client.js';
import { DatabaseProcess } from '../../system/harness/database-process.js';
import { Kubectl } from '../../system/harness/kubectl.js';
import { REPOSITORY_ROOT } from '../../system/harness/tagline-server.js';
import { ServiceProcess } from './service-process.js';

export const SERVICES = ['image-service', 'stream-service', 'signature-service', 'import-service'] as const;

export type Service = (typeof SERVICES)[number];

export interface InstallationOptions {
  /** Settings of all processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 1. */
  readonly gateways?: number;
  /** How many of each service. Default 1. */
  readonly instances?: Readonly<Partial<Record<Service, number>>>;
}

/** What makes one gateway the same as another to its clients. */
const SHARED_IDENTITY = ['ca.crt', 'ca.key', 'admin.token', 'tokens.key'];

/** Every process of a distributed installation, on this machine. */
export class Installation {
  private constructor(
    private readonly folder: string,
    readonly database: DatabaseProcess,
    readonly gateways: readonly Gateway[],
    private readonly services: ReadonlyMap<Service, readonly ServiceProcess[]>,
  ) {}

  static async start({
    env = {},
    gateways: count = 1,
    instances = {},
  }: InstallationOptions = {}): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-distributed-'));
    const certificates = join(folder, 'certificates');
    const cli = join(REPOSITORY_ROOT, 'dist/apps/tagline/src/cli/certificates.js');
    const { code, stderr } = await run(process.execPath, [cli, '--out', certificates]);
    if (code !== 0) throw new Error(`no certificates: ${stderr}`);
    const database = await DatabaseProcess.start();
    const own = new Map<Service, readonly string[]>();
    for (const service of SERVICES) own.set(service, await freeAddresses(instances[service] ?? 1));
    const gatewayCalls = await freeAddresses(count);
    const addressOf = (service: Service): string => (own.get(service) ?? []).join(',');
    const settings = (name: string, data: string): Record<string, string> => ({
      ...database.settings,
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
      TAGLINE_SERVICES_PULL_SECRETS: env['TAGLINE_READ_MODEL_ENGINE'] === 'postgres' ? '' : gatewayCalls.join(','),
      ...env,
    });
    const services = await Promise.all(
      SERVICES.map(async (app) => {
        const processes = (own.get(app) ?? []).map((listen, index) =>
          ServiceProcess.start({ app, env: { ...settings(app, `${app}-${index}`), TAGLINE_SERVICES_LISTEN: listen } }),
        );
        return [app, await Promise.all(processes)] as const;
      }),
    );
    const gateways: Gateway[] = [];
    for (const [index, listen] of gatewayCalls.entries()) {
      const data = join(folder, `gateway-${index}`);
      await mkdir(data, { mode: 0o700 });
      const first = gateways[0];
      if (first !== undefined) {
        for (const file of SHARED_IDENTITY) await copyFile(join(first.dataDir, file), join(data, file));
      }
      const [api = ''] = await freeAddresses(1);
      const listening = { TAGLINE_LISTEN: api, TAGLINE_SERVICES_LISTEN: listen };
      const process = await ServiceProcess.start({
        app: 'gateway',
        env: { ...settings('gateway', `gateway-${index}`), ...listening },
      });
      gateways.push(await Gateway.of(process, data));
    }
    return new Installation(folder, database, gateways, new Map(services));
  }

  get gateway(): Gateway {
    const [first] = this.gateways;
    if (first === undefined) throw new Error('there is no gateway');
    return first;
  }

  /** @param instance - counted from 0. */
  service(name: Service, instance = 0): ServiceProcess {
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
    await this.database.dispose();
    await rm(this.folder, { recursive: true, force: true });
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
