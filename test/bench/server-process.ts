import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { allocatedBytes } from './disk-usage.js';
import { HttpConnection, type Answer, type Endpoint } from './http-connection.js';
import { cpuSeconds, memoryOf, type Memory } from './process-usage.js';
import { requestBytes, type Request } from './request.js';

const MAIN = fileURLToPath(new URL('../../apps/tagline/src/main.js', import.meta.url));
const START_MS = 60_000;

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; 'certificate-authority-data': string } }];
  readonly users: readonly [{ user: { token: string } }];
}

/** The built server as a process of its own, on a data directory of its own and a port that the system chooses. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
    readonly endpoint: Endpoint,
    /** From the start of the process until it said that it is ready. */
    readonly startSeconds: number,
  ) {}

  /** @param settings - of the server, as environment variables. */
  static async startEmpty(settings: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    return ServerProcess.start(await mkdtemp(join(tmpdir(), 'tagline-bench-')), settings);
  }

  static async start(dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const started = performance.now();
    // Flags for profiling the server, such as --cpu-prof.
    const flags = process.env['BENCH_NODE_FLAGS']?.split(' ').filter(Boolean) ?? [];
    const child = spawn(process.execPath, [...flags, MAIN], {
      env: {
        ...withoutSettings(),
        ...{ TAGLINE_DATA_DIR: dataDir, TAGLINE_LISTEN: '127.0.0.1:0', TAGLINE_LOG_FORMAT: 'json' },
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await ready(child);
    const seconds = (performance.now() - started) / 1_000;
    child.once('exit', (code, signal) => {
      if (signal !== null || code !== 0) console.error(`the server ended with ${signal ?? `code ${code}`}`);
    });
    return new ServerProcess(child, dataDir, await endpointOf(dataDir), seconds);
  }

  /** Seconds of both cores that the server has used. */
  cpuSeconds(): Promise<number> {
    return cpuSeconds(this.pid);
  }

  memory(): Promise<Memory> {
    return memoryOf(this.pid);
  }

  /** Bytes that the data directory takes up on disk. */
  diskBytes(): Promise<number> {
    return allocatedBytes(this.dataDir);
  }

  /** One request on a connection of its own. */
  async request(request: Request): Promise<Answer> {
    const connection = await HttpConnection.open(this.endpoint);
    try {
      return await connection.send(requestBytes(this.endpoint, request));
    } finally {
      connection.close();
    }
  }

  async createNamespace(name: string): Promise<void> {
    const body = { kind: 'Namespace', apiVersion: 'v1', metadata: { name } };
    const { status, raw } = await this.request({ method: 'POST', path: '/api/v1/namespaces', body });
    if (status !== 201) throw new Error(`no namespace ${name}: ${raw().toString()}`);
  }

  /** Ends the process and keeps its data. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await exited;
  }

  async stopAndDelete(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private get pid(): number {
    return this.child.pid ?? 0;
  }
}

/** The environment of the benchmark without what it is told by, which the server would not know. */
export const withoutSettings = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TAGLINE_')));

/** Resolves with the line of the log that says so. */
async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('the server has no output');
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.includes('Tagline is ready')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it was ready`)));
    });
  } finally {
    clearTimeout(timer);
  }
}

async function endpointOf(dataDir: string): Promise<Endpoint> {
  const kubeconfig = parse(await readFile(join(dataDir, 'kubeconfig'), 'utf8')) as Kubeconfig;
  const { cluster } = kubeconfig.clusters[0];
  const { hostname, port } = new URL(cluster.server);
  return {
    host: hostname,
    port: Number(port),
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    token: kubeconfig.users[0].user.token,
  };
}
