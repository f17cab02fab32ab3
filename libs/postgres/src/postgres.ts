import pg from 'pg';
import type { ClientConfig, QueryResult } from 'pg';
import { parseConnectionString } from './connection-string.js';
import { asPostgresError } from './postgres-error.js';

export interface PostgresOptions {
  readonly connectionString: string;
  /** Where all of Tagline's tables are: lower-case letters, digits and underscores. */
  readonly schema: string;
  /** Connections at most, besides those that are held for as long as the process runs. */
  readonly poolSize: number;
  /** Told when a connection breaks that nobody uses just now. */
  readonly onDisturbance?: (why: string) => void;
}

/** A statement with a name is parsed and planned once a connection. The same name, of at most 63 bytes, has the same text. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** A row as a list of its columns. */
export type Row = readonly unknown[];

/** Whatever statements can be sent to: the pool, or one connection. */
export interface Queryable {
  /** @throws PostgresError */
  rows(statement: Statement, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** One connection of its own. */
export interface Connection extends Queryable {
  /** Several statements without parameters, as a migration has. */
  script(text: string): Promise<void>;
  /** Aborted when the connection is lost or closed. */
  readonly lost: AbortSignal;
  /** Told of every notification on a channel that this connection listens to. */
  listen(channel: string, notified: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
/** A read takes milliseconds; whoever waits longer is better told to come back. */
const STATEMENT_MS = 10_000;
/** The database ends the statement; should the database itself be out of reach, so do we. */
const ANSWER_MS = STATEMENT_MS + 2_000;
/** Of a connection that is held: the batches of a rebuild may be large. */
const HELD_STATEMENT_MS = 60_000;
const HELD_ANSWER_MS = HELD_STATEMENT_MS + 2_000;
/** A database that is out of reach does not say goodbye. */
const GOODBYE_MS = 1_000;
const KEEP_ALIVE_MS = 5_000;

/** Lets the database notice within ten seconds that a machine is gone which held a lock. */
const NOTICE_LOSS = 'set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3';

/** The tables of Tagline in a PostgreSQL database. */
export class Postgres implements Queryable {
  readonly schema: string;
  private readonly config: ClientConfig;
  private readonly pool: pg.Pool;

  /** Connects to nothing yet. @throws PostgresConnectionStringError */
  constructor({ connectionString, schema, poolSize, onDisturbance = () => undefined }: PostgresOptions) {
    this.schema = schema;
    this.config = {
      application_name: 'tagline',
      ...parseConnectionString(connectionString),
      ...{ keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS, connectionTimeoutMillis: CONNECT_MS },
    };
    this.pool = new pg.Pool({
      ...this.config,
      ...{ max: poolSize, statement_timeout: STATEMENT_MS, query_timeout: ANSWER_MS },
    });
    this.pool.on('error', (error) => onDisturbance(asPostgresError(error).message));
  }

  async rows(statement: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    try {
      return rowsOf(await this.pool.query({ ...statement, values: [...values], rowMode: 'array' }));
    } catch (error) {
      throw asPostgresError(error);
    }
  }

  /** Reads that all see the database as it is at the first of them. */
  snapshot<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    return this.within('begin isolation level repeatable read read only', 'unavailable', work);
  }

  /**
   * Statements that all take effect or none.
   *
   * @throws PostgresError, which is `outcome-unknown` when the connection was lost at the end.
   */
  transaction<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    return this.within('begin', 'outcome-unknown', work);
  }

  /** A connection of its own, which is not among those of the pool. */
  async connect(): Promise<Connection> {
    const client = new pg.Client({
      ...this.config,
      ...{ statement_timeout: HELD_STATEMENT_MS, query_timeout: HELD_ANSWER_MS },
    });
    const connection = new HeldConnection(client);
    try {
      await client.connect();
      await client.query(NOTICE_LOSS);
      return connection;
    } catch (error) {
      await connection.close();
      throw asPostgresError(error);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async within<T>(
    begin: string,
    atTheEnd: 'unavailable' | 'outcome-unknown',
    work: (connection: Queryable) => Promise<T>,
  ): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw asPostgresError(error);
    });
    // Without somebody who listens, a connection that is lost between two statements would end the process.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    let isWhole = false;
    try {
      const connection = new ClientQueries(client);
      await client.query(begin).catch((error: unknown) => {
        throw asPostgresError(error);
      });
      const result = await work(connection).catch(async (error: unknown) => {
        isWhole = await client.query('rollback').then(
          () => true,
          () => false,
        );
        throw error;
      });
      await client.query('commit').catch((error: unknown) => {
        throw asPostgresError(error, atTheEnd);
      });
      isWhole = true;
      return result;
    } finally {
      client.off('error', ignore);
      client.release(!isWhole);
    }
  }
}

/** Statements on one connection. */
class ClientQueries implements Queryable {
  constructor(protected readonly client: pg.ClientBase) {}

  async rows(statement: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    try {
      return rowsOf(await this.client.query({ ...statement, values: [...values], rowMode: 'array' }));
    } catch (error) {
      throw asPostgresError(error);
    }
  }
}

class HeldConnection extends ClientQueries implements Connection {
  private readonly losing = new AbortController();

  constructor(private readonly held: pg.Client) {
    super(held);
    // Without somebody who listens, a lost connection would end the process.
    held.on('error', () => this.losing.abort());
    held.on('end', () => this.losing.abort());
  }

  get lost(): AbortSignal {
    return this.losing.signal;
  }

  async script(text: string): Promise<void> {
    try {
      await this.held.query(text);
    } catch (error) {
      throw asPostgresError(error);
    }
  }

  async listen(channel: string, notified: (payload: string) => void): Promise<void> {
    this.held.on('notification', (message) => {
      if (message.channel === channel) notified(message.payload ?? '');
    });
    await this.script(`listen ${pg.escapeIdentifier(channel)}`);
  }

  async close(): Promise<void> {
    this.losing.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, GOODBYE_MS)));
    await Promise.race([this.held.end().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

const rowsOf = ({ rows }: QueryResult<unknown[]>): readonly Row[] => rows;
