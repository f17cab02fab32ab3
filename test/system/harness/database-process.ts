import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf, PrintedLines, start } from './child-process.js';
import { REPOSITORY_ROOT } from './tagline-server.js';

const MAIN = join(REPOSITORY_ROOT, 'dist/libs/testing/src/eventstoredb-double/main.js');

/** A double of EventStoreDB as a process of its own, which keeps its events when it is killed. */
export class DatabaseProcess {
  private constructor(
    private child: ChildProcess,
    private readonly folder: string,
    readonly connectionString: string,
  ) {}

  static async start(): Promise<DatabaseProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-database-'));
    const [child, connectionString] = await run(folder, '0');
    return new DatabaseProcess(child, folder, connectionString);
  }

  /** Settings of a server that keeps its log here. */
  get settings(): Readonly<Record<string, string>> {
    return {
      TAGLINE_EVENT_STORE_ENGINE: 'eventstoredb',
      TAGLINE_EVENT_STORE_CONNECTION_STRING: this.connectionString,
    };
  }

  /** host:port */
  get address(): string {
    return new URL(this.connectionString).host;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await exitOf(this.child);
  }

  /** At the same address, with the same events. */
  async startAgain(): Promise<void> {
    const port = /:(\d+)\?/.exec(this.connectionString)?.[1] ?? '0';
    [this.child] = await run(this.folder, port);
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function run(folder: string, port: string): Promise<[ChildProcess, string]> {
  const child = start(process.execPath, [MAIN, '--port', port, '--file', join(folder, 'log.jsonl')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the database has no output');
  const line = await new PrintedLines(child.stdout).first(
    (text) => text.startsWith('esdb://'),
    'where the database is',
  );
  return [child, line];
}
