import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiClient, type ApiClientOptions } from './api-client.js';
import { exitOf, PrintedLines, run, start, type Finished } from './child-process.js';
import { Kubectl } from './kubectl.js';

/** Seen from here, or from where the benchmarks are built to. */
export const REPOSITORY_ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/dist\/$/, '');

const MAIN = join(REPOSITORY_ROOT, 'dist/apps/tagline/src/main.js');

export interface ServerOptions {
  /** Default: a new, empty folder that goes away with the server. */
  readonly dataDir?: string;
  /** Settings, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The built server as a process of its own, on a port that the system chooses. */
export class TaglineServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly printed: PrintedLines,
    readonly dataDir: string,
    readonly url: URL,
    private readonly ca: string,
    readonly token: string,
  ) {}

  /** Resolves when the server says that it is ready, and its probe too. */
  static async start({ dataDir, env }: ServerOptions = {}): Promise<TaglineServer> {
    const directory = dataDir ?? (await newDataDir());
    const child = start(process.execPath, ['--enable-source-maps', MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: environment(directory, env),
    });
    if (child.stdout === null) throw new Error('the server has no output');
    const printed = new PrintedLines(child.stdout);
    const line = await printed.first((text) => text.includes('Tagline is ready'), 'that the server is ready');
    const { url } = JSON.parse(line) as { url: string };
    const [ca, token] = await Promise.all([
      readFile(join(directory, 'ca.crt'), 'utf8'),
      readFile(join(directory, 'admin.token'), 'utf8'),
    ]);
    const server = new TaglineServer(child, printed, directory, new URL(url), ca, token.trim());
    const probe = server.api();
    const { code } = await probe.get('/readyz');
    probe.close();
    if (code !== 200) throw new Error(`the server says that it is ready, and its probe says ${code}`);
    return server;
  }

  /** Starts a server that is expected to refuse to start. */
  static refused({ dataDir, env }: ServerOptions & { readonly dataDir: string }): Promise<Finished> {
    return run(process.execPath, ['--enable-source-maps', MAIN], { env: environment(dataDir, env), timeout: 30_000 });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get kubeconfig(): string {
    return join(this.dataDir, 'kubeconfig');
  }

  /** What the server has logged so far, one JSON object a line. */
  get log(): readonly string[] {
    return this.printed.lines;
  }

  kubectl(): Promise<Kubectl> {
    return Kubectl.of(this.kubeconfig);
  }

  /** A client with the administrator's token, unless another token, or none, is asked for. */
  api(options: Partial<ApiClientOptions> = {}): ApiClient {
    return new ApiClient(this.url, { ca: this.ca, token: this.token, ...options });
  }

  /** The first line of the log that holds a text. */
  logged(text: string): Promise<string> {
    return this.printed.first((line) => line.includes(text), `"${text}"`);
  }

  /** Asks the server to stop and resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return exitOf(this.child);
  }

  /** Ends the process at once, as a power failure would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await exitOf(this.child);
  }

  /** Ends the server if it still runs, and removes its data. */
  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export const newDataDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'tagline-system-'));

/** The environment of the tests without settings that a developer may have in it. */
function environment(dataDir: string, env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TAGLINE_'));
  return {
    ...Object.fromEntries(inherited),
    TAGLINE_DATA_DIR: dataDir,
    TAGLINE_LISTEN: '127.0.0.1:0',
    TAGLINE_LOG_FORMAT: 'json',
    ...env,
  };
}
