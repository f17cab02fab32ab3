import { readdir, readFile } from 'node:fs/promises';
import type { Connection, Postgres } from './postgres.js';

/** One number for all of Tagline, so that no two processes migrate at a time. */
const LOCK = 7_461_676;

/** Statements of a component that were never applied before, in the order of their numbers. */
export interface Migrations {
  /** Whose tables they make. */
  readonly component: string;
  /** Folder of files such as `001-generations.sql`. `@schema` stands for the name of the schema. */
  readonly folder: URL;
}

/** The schema was made by a newer Tagline, whose tables this one does not know. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/**
 * Makes the schema what this version of Tagline expects. Several processes may do so at the same time.
 *
 * @throws NewerSchemaError
 */
export async function migrate(postgres: Postgres, { component, folder }: Migrations): Promise<void> {
  const files = (await readdir(folder)).filter((name) => /^\d{3}-.*\.sql$/.test(name)).sort();
  const connection = await postgres.connect();
  try {
    // Held by the session, and so let go of even when this process ends in the middle.
    await connection.rows({ name: 'migration-lock', text: 'select pg_advisory_lock($1)' }, [LOCK]);
    await connection.script(journalOf(postgres.schema));
    const done = await appliedTo(connection, postgres.schema, component);
    const last = Number(files.at(-1)?.slice(0, 3) ?? 0);
    if (done > last) {
      throw new NewerSchemaError(
        `the tables of ${component} are at number ${done}, and this version knows ${last}: a newer version made them`,
      );
    }
    for (const file of files.filter((name) => Number(name.slice(0, 3)) > done)) {
      const sql = (await readFile(new URL(file, folder), 'utf8')).replaceAll('@schema', postgres.schema);
      const record = `insert into ${postgres.schema}.migrations (component, number, name)
        values ('${component}', ${Number(file.slice(0, 3))}, '${file}')`;
      await connection.script(`begin; ${sql}; ${record}; commit`);
    }
  } finally {
    await connection.close();
  }
}

const journalOf = (schema: string): string => `
  create schema if not exists ${schema};
  create table if not exists ${schema}.migrations (
    component text not null,
    number integer not null,
    name text not null,
    applied_at timestamptz not null default now(),
    primary key (component, number)
  )`;

async function appliedTo(connection: Connection, schema: string, component: string): Promise<number> {
  const text = `select coalesce(max(number), 0) from ${schema}.migrations where component = $1`;
  const [row] = await connection.rows({ name: 'migrations-applied', text }, [component]);
  return Number(row?.[0] ?? 0);
}
