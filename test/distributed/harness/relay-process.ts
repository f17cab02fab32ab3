import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { exitOf, PrintedLines, run, start, type Finished } from '../../system/harness/child-process.js';
import { REPOSITORY_ROOT } from '../../system/harness/tagline-server.js';

const MAIN = join(REPOSITORY_ROOT, 'dist/apps/relay/src/main.js');

/** The built relay as a process of its own. */
export class RelayProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly printed: PrintedLines,
    readonly url: string,
  ) {}

  static async start(env: Readonly<Record<string, string>>): Promise<RelayProcess> {
    const child = start(process.execPath, ['--enable-source-maps', MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: environment(env),
    });
    if (child.stdout === null) throw new Error('the relay has no output');
    const printed = new PrintedLines(child.stdout);
    const line = await printed.first((text) => text.includes('relay is ready'), 'that the relay is ready');
    return new RelayProcess(child, printed, (JSON.parse(line) as { url: string }).url);
  }

  /** Runs it to its end, as it is when it does not start. */
  static run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return run(process.execPath, ['--enable-source-maps', MAIN, ...args], { env: environment(env) });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  logged(text: string): Promise<string> {
    return this.printed.first((line) => line.includes(text), `"${text}"`);
  }

  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await exitOf(this.child);
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return exitOf(this.child);
  }
}

function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TAGLINE_'));
  return { ...Object.fromEntries(inherited), TAGLINE_RELAY_LISTEN: '127.0.0.1:0', TAGLINE_LOG_FORMAT: 'json', ...env };
}
