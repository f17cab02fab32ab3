import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '#lib/testing';

/** A PostgreSQL that loses nothing that it has committed, with the schema of one log, and the key of its secrets. */
export class ReadModelDatabase {
  private constructor(
    private readonly server: PostgresServer,
    private readonly folder: string,
    readonly schema: string,
  ) {}

  static async start(): Promise<ReadModelDatabase> {
    const server = await PostgresServer.start({ durable: true });
    const folder = await mkdtemp(join(tmpdir(), 'tagline-bench-key-'));
    const database = new ReadModelDatabase(server, folder, server.newSchema());
    await writeFile(database.keyFile, randomBytes(32).toString('base64'));
    return database;
  }

  get connectionString(): string {
    return this.server.connectionString;
  }

  /** Of the parent of its processes; `undefined` for a database that somebody else runs. */
  get pid(): number | undefined {
    return this.server.pid;
  }

  /** Settings of a process that has its read models here. */
  get settings(): Readonly<Record<string, string>> {
    return {
      TAGLINE_READ_MODEL_ENGINE: 'postgres',
      TAGLINE_READ_MODEL_CONNECTION_STRING: this.connectionString,
      TAGLINE_READ_MODEL_SCHEMA: this.schema,
      TAGLINE_SECRETS_KEY_FILE: this.keyFile,
    };
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

  private get keyFile(): string {
    return join(this.folder, 'secrets.key');
  }
}
