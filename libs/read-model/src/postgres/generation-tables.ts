import type { Queryable, Statement } from '#lib/postgres';
import { TABLES, type Entry, type TableName } from '../tables.js';
import { decodeKey } from './stored-key.js';

/** A row as it is stored. */
export interface StoredRow {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Rows between two keys, neither of which is among them. */
export interface StoredRange {
  readonly after: Buffer;
  readonly before: Buffer;
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
}

/** The last event that tables show, and where it is found in the log. */
export interface Checkpoint {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly eventId: string;
}

/** What becomes of a row: its new value, or none for a row that is deleted. */
export interface ChangedRow {
  readonly key: Buffer;
  readonly value?: Buffer;
}

export type Changes = ReadonlyMap<TableName, ReadonlyMap<string, ChangedRow>>;

/** What is read from the tables of one generation, and written to them. */
export class GenerationTables {
  constructor(
    readonly schema: string,
    readonly generation: number,
  ) {}

  /** Name of a table, to be used in statements. */
  of(table: TableName): string {
    return `${this.schema}.${snakeCase(table)}_${this.generation}`;
  }

  /** A statement that is the same for every generation but for the tables. */
  statement(name: string, text: string): Statement {
    return { name: `${name}-${this.generation}`, text };
  }

  /** Statements that make the tables, all empty. */
  get creation(): string {
    // Rows that are written again and again find room for their new version on the same page.
    return TABLES.map(
      (table) => `create table ${this.of(table)} (key bytea primary key, value bytea not null) with (fillfactor = 80);`,
    ).join('\n');
  }

  get removal(): string {
    return `drop table if exists ${TABLES.map((table) => this.of(table)).join(', ')}`;
  }

  async get(db: Queryable, table: TableName, key: Buffer): Promise<Buffer | undefined> {
    const text = `select value from ${this.of(table)} where key = $1`;
    const [row] = await db.rows(this.statement(`get-${table}`, text), [key]);
    return row?.[0] as Buffer | undefined;
  }

  /** Many rows of many tables in one journey; those that are not there are left out. */
  async getMany(
    db: Queryable,
    wanted: ReadonlyMap<TableName, readonly Buffer[]>,
  ): Promise<readonly (StoredRow & { readonly table: TableName })[]> {
    const tables = TABLES.filter((table) => wanted.has(table));
    const parts = tables.map(
      (table, index) => `select ${index}, key, value from ${this.of(table)} where key = any($${index + 1}::bytea[])`,
    );
    const rows = await db.rows(
      this.statement(`get-many-${numberOf(tables)}`, parts.join('\nunion all\n')),
      tables.map((table) => wanted.get(table) ?? []),
    );
    return rows.map(([index, key, value]) => ({
      table: tables[index as number] as TableName,
      key: key as Buffer,
      value: value as Buffer,
    }));
  }

  async range(db: Queryable, table: TableName, range: StoredRange): Promise<readonly StoredRow[]> {
    const { after, before, limit, reverse = false } = range;
    const order = reverse ? 'desc' : 'asc';
    const text = `select key, value from ${this.of(table)} where key > $1 and key < $2 order by key ${order} limit $3`;
    const rows = await db.rows(this.statement(`range-${table}-${order}`, text), [after, before, limit ?? null]);
    return rows.map(([key, value]) => ({ key: key as Buffer, value: value as Buffer }));
  }

  /** The rows of each of several ranges that run the same way, in one journey. */
  async ranges(db: Queryable, table: TableName, ranges: readonly StoredRange[]): Promise<readonly StoredRow[][]> {
    const order = ranges[0]?.reverse === true ? 'desc' : 'asc';
    const text = `
      select r.number::int, t.key, t.value
      from unnest($1::bytea[], $2::bytea[], $3::int[]) with ordinality as r (after, before, at_most, number)
      cross join lateral (
        select key, value from ${this.of(table)} where key > r.after and key < r.before order by key ${order} limit r.at_most
      ) as t
      order by r.number, t.key ${order}`;
    const rows = await db.rows(this.statement(`ranges-${table}-${order}`, text), [
      ranges.map(({ after }) => after),
      ranges.map(({ before }) => before),
      ranges.map(({ limit }) => limit ?? null),
    ]);
    const found: StoredRow[][] = ranges.map(() => []);
    for (const [number, key, value] of rows as readonly [number, Buffer, Buffer][])
      found[number - 1]?.push({ key, value });
    return found;
  }

  /**
   * Changes the rows and moves the checkpoint in one statement, which is one transaction and one journey. Nothing is
   * changed unless the checkpoint is where `from` says and no other projector has taken over.
   *
   * @returns whether that was so.
   */
  async commit(
    db: Queryable,
    { epoch, from, to, changes }: { epoch: number; from: number; to: Checkpoint; changes: Changes },
  ): Promise<boolean> {
    const values: unknown[] = [
      ...[to.position, to.stream, to.revision, to.eventId, this.generation, epoch, from],
      ...[channelOf(this.schema), `${this.generation} ${to.position}`],
    ];
    const parameter = (rows: readonly Buffer[]): string => `$${values.push(rows)}::bytea[]`;
    const written = TABLES.map((table) => ({ table, ...columnsOf(changes.get(table)) }));
    const puts = written.filter(({ keys }) => keys.length > 0);
    const deletions = written.filter(({ deleted }) => deleted.length > 0);
    const parts = [
      ...puts.map(
        ({ table, keys, values: to }) => `put_${table} as (
          insert into ${this.of(table)} (key, value)
          select key, value from unnest(${parameter(keys)}, ${parameter(to)}) as rows (key, value)
          where exists (select from moved)
          on conflict (key) do update set value = excluded.value)`,
      ),
      ...deletions.map(
        ({ table, deleted }) => `del_${table} as (
          delete from ${this.of(table)} where key = any(${parameter(deleted)}) and exists (select from moved))`,
      ),
    ];
    const text = `
      with moved as (
        update ${this.schema}.generations
        set checkpoint = $1, checkpoint_stream = $2, checkpoint_revision = $3, checkpoint_event = $4, updated_at = now()
        where id = $5 and epoch = $6 and checkpoint = $7 and state <> 'retired'
        returning 1
      )${parts.map((part) => `, ${part}`).join('')}
      select pg_notify($8, $9) from moved`;
    // A table that is named costs something even where nothing is written to it.
    const [put, deleted] = [puts, deletions].map((rows) => numberOf(rows.map(({ table }) => table)));
    const rows = await db.rows(this.statement(`commit-${put}-${deleted}`, text), values);
    return rows.length === 1;
  }
}

/** Where it is told that tables show more, or that there are others. */
export const channelOf = (schema: string): string => `${schema}_progress`;

export const entryOf = ({ key, value }: StoredRow): Entry => ({ key: decodeKey(key), value });

/** One number for some of the tables: statements about others are others. */
const numberOf = (tables: readonly TableName[]): number =>
  tables.reduce((sum, table) => sum + 2 ** TABLES.indexOf(table), 0);

interface Columns {
  readonly keys: readonly Buffer[];
  readonly values: readonly Buffer[];
  readonly deleted: readonly Buffer[];
}

function columnsOf(changes: ReadonlyMap<string, ChangedRow> | undefined): Columns {
  const all = [...(changes?.values() ?? [])];
  const put = all.filter(({ value }) => value !== undefined);
  return {
    keys: put.map(({ key }) => key),
    values: put.flatMap(({ value }) => value ?? []),
    deleted: all.filter(({ value }) => value === undefined).map(({ key }) => key),
  };
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
