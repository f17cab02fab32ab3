import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { exitOf, PrintedLines, start } from '../../system/harness/child-process.js';
import { REPOSITORY_ROOT } from '../../system/harness/tagline-server.js';

export interface ServiceProcessOptions {
  /** Folder of the app. */
  readonly app: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One process of an installation, which can be killed, paused and started again at the same addresses. */
export class ServiceProcess {
  private constructor(
    private readonly options: ServiceProcessOptions,
    private child: ChildProcess,
    private printed: PrintedLines,
    /** What it said when it was ready. */
    public ready: Readonly<Record<string, string>>,
  ) {}

  static async start(options: ServiceProcessOptions): Promise<ServiceProcess> {
    return new ServiceProcess(options, ...(await spawned(options)));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get log(): readonly string[] {
    return this.printed.lines;
  }

  async startAgain(): Promise<void> {
    [this.child, this.printed, this.ready] = await spawned(this.options);
  }

  /** Ends the process at once, as a power failure would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await exitOf(this.child);
  }

  /** Asks the process to stop. @returns its exit code. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return exitOf(this.child);
  }

  /** Resolves with the first line of its log that has the text. */
  logged(text: string): Promise<string> {
    return this.printed.first((line) => line.includes(text), `"${text}"`);
  }

  /** Of its probes and metrics. */
  get url(): string {
    return this.ready['probes'] ?? this.ready['url'] ?? '';
  }

  /** The value of a measurement without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
  }

  /** Leaves the process where it is, with its connections open and nobody there to answer. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  goOn(): void {
    this.child.kill('SIGCONT');
  }
}

async function spawned({
  app,
  env,
}: ServiceProcessOptions): Promise<[ChildProcess, PrintedLines, Readonly<Record<string, string>>]> {
  const main = join(REPOSITORY_ROOT, `dist/apps/${app}/src/main.js`);
  const child = start(process.execPath, ['--enable-source-maps', main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environmentOf(env),
  });
  if (child.stdout === null) throw new Error(`the ${app} has no output`);
  const printed = new PrintedLines(child.stdout);
  const line = await printed.first((text) => text.includes(`"${app} is ready"`), `that the ${app} is ready`);
  return [child, printed, JSON.parse(line) as Record<string, string>];
}

/** Settings of a process and nothing of those of whoever runs the tests. */
export function environmentOf(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TAGLINE_'));
  return { ...Object.fromEntries(inherited), TAGLINE_LOG_FORMAT: 'json', ...env };
}
