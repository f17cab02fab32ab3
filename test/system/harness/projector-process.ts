import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { exitOf, PrintedLines, run, start, type Finished } from './child-process.js';
import { REPOSITORY_ROOT } from './tagline-server.js';

const MAIN = join(REPOSITORY_ROOT, 'dist/apps/projector/src/main.js');

/** The built projector as a process of its own, on a port that the system chooses. */
export class ProjectorProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * Resolves when the projector says that the read models are up to date.
   *
   * @param timeout - milliseconds that it has for that; by default half a minute.
   */
  static async start(env: Readonly<Record<string, string>>, timeout?: number): Promise<ProjectorProcess> {
    const child = start(process.execPath, [MAIN], { stdio: ['ignore', 'pipe', 'inherit'], env: environment(env) });
    if (child.stdout === null) throw new Error('the projector has no output');
    const line = await new PrintedLines(child.stdout).first(
      (text) => text.includes('projector is ready'),
      'that the projector is ready',
      timeout,
    );
    return new ProjectorProcess(child, (JSON.parse(line) as { url: string }).url);
  }

  /** Starts a projector that is expected to refuse to start, or to say something and end. */
  static ended(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Finished> {
    return run(process.execPath, [MAIN, ...args], { env: environment(env), timeout: 30_000 });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The value of a measurement without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return exitOf(this.child);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await exitOf(this.child);
  }
}

function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TAGLINE_'));
  return { ...Object.fromEntries(inherited), TAGLINE_LISTEN: '127.0.0.1:0', TAGLINE_LOG_FORMAT: 'json', ...env };
}
