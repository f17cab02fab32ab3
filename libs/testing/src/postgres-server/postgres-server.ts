import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** A database that is there already, as a URL; it is used instead of one that is started. */
const GIVEN = process.env['TAGLINE_TEST_POSTGRES'];

/** A parent folder of folders of versions, as Debian lays them out. */
const DEBIAN = '/usr/lib/postgresql';

/** Whoever may not be root runs as this. */
const NOBODY = 65_534;

const SETTINGS = [
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'],
  ...['log_min_messages=panic', 'shared_buffers=64MB'],
];
/**
 * Fast, as nothing outlives the test. What was committed was handed to the kernel, and so survives the death of all
 * processes.
 */
const FORGETFUL = ['fsync=off', 'full_page_writes=off'];

const START_ATTEMPTS = 50;
const START_AGAIN_MS = 200;

/** Nothing that a test starts may outlive it. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export interface PostgresServerOptions {
  /** PEM files; connections are then encrypted, and those in the clear refused. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** What was committed is on disk, as it is where a database is not there for a test. */
  readonly durable?: boolean;
}

/** A real PostgreSQL for one test file: started on a port of this machine, or the one that `TAGLINE_TEST_POSTGRES` names. */
export class PostgresServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string | undefined,
    private readonly port: number,
    private readonly given: string | undefined,
    private readonly durable = false,
  ) {}

  /** Why there is none, where there is none; `undefined` where there is one. */
  static get missing(): string | undefined {
    if (GIVEN !== undefined || binaries() !== undefined) return undefined;
    return `there is no PostgreSQL: install Debian's package postgresql, or set TAGLINE_TEST_POSTGRES`;
  }

  /** One that can be killed, whatever there is besides. */
  static async startOwn({ tls, durable = false }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'tagline-postgres-'));
    if (isRoot()) chownSync(folder, NOBODY, NOBODY);
    const data = join(folder, 'data');
    runToEnd('initdb', ['-D', data, '-U', 'tagline', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
    if (tls !== undefined) encrypt(data, tls);
    const server = new PostgresServer(folder, await freePort(), undefined, durable);
    await server.startAgain();
    return server;
  }

  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    return GIVEN === undefined ? PostgresServer.startOwn(options) : new PostgresServer(undefined, 0, GIVEN);
  }

  /** Of the process that all others of the database are children of; `undefined` for a database that others started. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Of the database that everybody may use. */
  get connectionString(): string {
    return this.given ?? `postgresql://tagline@127.0.0.1:${this.port}/postgres`;
  }

  /** A name for a schema that nobody else uses. */
  newSchema(): string {
    return `t_${randomBytes(6).toString('hex')}`;
  }

  /**
   * Settings of processes that keep their read models and secrets here, in a schema that nobody else uses.
   *
   * @param folder - for the key of the secrets.
   */
  async newSettings(folder: string): Promise<Readonly<Record<string, string>>> {
    const keyFile = join(folder, 'shared-secrets.key');
    await writeFile(keyFile, randomBytes(32).toString('base64'));
    return {
      TAGLINE_READ_MODEL_ENGINE: 'postgres',
      TAGLINE_READ_MODEL_CONNECTION_STRING: this.connectionString,
      TAGLINE_READ_MODEL_SCHEMA: this.newSchema(),
      TAGLINE_SECRETS_KEY_FILE: keyFile,
    };
  }

  /** A statement as the owner of everything, such as one that ends somebody else's connection. */
  async run(sql: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Ends all processes of the database at once, as a power failure would end them. */
  async kill(): Promise<void> {
    await this.end('SIGQUIT');
  }

  /** Ends the process that the others belong to, which has no time to tell them; they notice and end by themselves. */
  async killPostmaster(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** On the same port, with the same data. */
  async startAgain(): Promise<void> {
    const { folder } = this;
    if (folder === undefined) throw new Error('a database that others started is not ours to start');
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.untilReady(this.spawn(folder));
      } catch (error) {
        // Processes of a postmaster that was killed may still be there, and nobody starts beside them.
        if (attempt === START_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS));
      }
    }
  }

  private spawn(folder: string): ChildProcess {
    const kept = [...SETTINGS, ...(this.durable ? [] : FORGETFUL)];
    const settings = [`port=${this.port}`, ...kept].flatMap((setting) => ['-c', setting]);
    const child = spawn(program('postgres'), ['-D', join(folder, 'data'), ...settings], {
      ...identity(),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  }

  async stop(): Promise<void> {
    await this.end('SIGQUIT');
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with code ${child.exitCode}`);
      const isReady = await this.run('select 1').then(
        () => true,
        () => false,
      );
      if (isReady) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** PostgreSQL runs as anybody but root. */
const identity = (): { uid?: number; gid?: number } => (isRoot() ? { uid: NOBODY, gid: NOBODY } : {});

/** The folder of the newest version that is installed. */
function binaries(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

function program(name: string): string {
  const folder = binaries();
  if (folder === undefined) throw new Error(PostgresServer.missing);
  return join(folder, name);
}

function runToEnd(name: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program(name), [...args], { ...identity(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} failed: ${error?.message ?? stderr}`);
}

function encrypt(data: string, { cert, key }: { readonly cert: string; readonly key: string }): void {
  for (const [name, text] of [
    ['server.crt', cert],
    ['server.key', key],
  ] as const) {
    const path = join(data, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (isRoot()) chownSync(path, NOBODY, NOBODY);
  }
  writeFileSync(join(data, 'postgresql.auto.conf'), 'ssl = on\n');
}

/** Free now; whoever else asks meanwhile gets another. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
