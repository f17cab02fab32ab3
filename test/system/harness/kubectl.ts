import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from './api-client.js';
import { exitOf, PrintedLines, run, start, type Finished } from './child-process.js';
import { tool } from './tools.js';

/** The real kubectl, with a home and a cache of its own. */
export class Kubectl {
  private constructor(
    private readonly home: string,
    private readonly kubeconfig: string,
    private readonly program = tool('kubectl'),
  ) {}

  static async of(kubeconfig: string, program?: string): Promise<Kubectl> {
    return new Kubectl(await mkdtemp(join(tmpdir(), 'tagline-kubectl-')), kubeconfig, program);
  }

  /** Runs a command that works and returns what it prints. */
  async run(...args: string[]): Promise<string> {
    return this.withInput(undefined, ...args);
  }

  /** The same with a file on its standard input. */
  async withInput(input: object | string | undefined, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Runs a command that fails and returns what it says about that. */
  async fails(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(args);
    if (code === 0) throw new Error(`kubectl ${args.join(' ')} worked: ${stdout}`);
    return stderr;
  }

  /** Runs a command, whatever comes of it. */
  attempt(args: readonly string[], input?: object | string): Promise<Finished> {
    const text = typeof input === 'object' ? JSON.stringify(input) : input;
    return run(this.program, this.withGlobals(args), {
      env: this.environment(),
      ...(text !== undefined && { input: text }),
    });
  }

  /** The object that a command prints as JSON. */
  async json(...args: string[]): Promise<Json> {
    return JSON.parse(await this.run(...args, '-o', 'json')) as Json;
  }

  /** The rows of a table, each by its column. */
  async table(...args: string[]): Promise<Record<string, string>[]> {
    return rowsOf(await this.run(...args));
  }

  /** A command that runs on until it is stopped, such as `get -w`. */
  follow(...args: string[]): FollowedCommand {
    return new FollowedCommand(
      start(this.program, this.withGlobals(args), {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: this.environment(),
      }),
    );
  }

  /** Puts a file where a command can read it and returns its path. */
  async file(name: string, content: object | string): Promise<string> {
    const path = join(this.home, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  async dispose(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }

  /** Globals come first: a command may end in `--` and a program's own arguments. */
  private withGlobals(args: readonly string[]): string[] {
    return ['--kubeconfig', this.kubeconfig, '--cache-dir', join(this.home, 'cache'), ...args];
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...{ PATH: process.env['PATH'], HOME: this.home, KUBECTL_EXTERNAL_DIFF: 'diff -u' },
      // An editor at which nobody has to sit.
      KUBE_EDITOR: 'sed -i s/to-edit/edited/',
    };
  }
}

/** A kubectl that keeps running. */
export class FollowedCommand {
  private readonly printed: PrintedLines;

  constructor(private readonly child: ChildProcess) {
    if (child.stdout === null) throw new Error('kubectl has no output');
    this.printed = new PrintedLines(child.stdout);
  }

  get lines(): readonly string[] {
    return this.printed.lines;
  }

  line(fits: (line: string) => boolean, what: string): Promise<string> {
    return this.printed.first(fits, what);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await exitOf(this.child);
  }
}

/** Reads a table of kubectl: columns begin where their headings do. */
export function rowsOf(text: string): Record<string, string>[] {
  const [heading = '', ...lines] = text.split('\n').filter((line) => line !== '');
  const columns = [...heading.matchAll(/\S+(?: \S+)*/g)].map(({ 0: name, index }) => ({ name, index }));
  return lines.map((line) =>
    Object.fromEntries(columns.map(({ name, index }, i) => [name, line.slice(index, columns[i + 1]?.index).trim()])),
  );
}
