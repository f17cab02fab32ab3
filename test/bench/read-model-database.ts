import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '#lib/testing';

/** A PostgreSQL that loses nothing that it has committed, with the schema of one log, and the key of its secrets. */
export class ReadModelDatabase {
  private constructor(
    private readonly server: PostgresServer,
    private readonly folder: string,
    /** Of a process that has its read models here. */
    readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<ReadModelDatabase> {
    const server = await PostgresServer.start({ durable: true });
    const folder = await mkdtemp(join(tmpdir(), 'tagline-bench-key-'));
    return new ReadModelDatabase(server, folder, await server.newSettings(folder));
  }

  get connectionString(): string {
    return this.server.connectionString;
  }

  /** Of the parent of its processes; `undefined` for a database that somebody else runs. */
  get pid(): number | undefined {
    return this.server.pid;
  }

  get schema(): string {
    return this.settings['TAGLINE_READ_MODEL_SCHEMA'] ?? '';
  }

  /** What its tables and indexes take up. */
  async bytes(): Promise<number> {
    const [row] = await this.server.run(
      `select coalesce(sum(pg_total_relation_size(oid)), 0)::float8 as bytes from pg_class
       where relkind = 'r' and relnamespace = $1::regnamespace`,
      [this.schema],
    );
    return Number(row?.['bytes']);
  }

  async dispose(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
