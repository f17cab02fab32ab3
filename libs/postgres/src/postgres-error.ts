import pg from 'pg';

/**
 * Why the database could not do what it was asked:
 *
 * - `unavailable`: it cannot be reached, or had no time for us; nothing was done.
 * - `outcome-unknown`: it went away while a change was being committed, and cannot be asked how that went.
 * - `refused`: it will not do that for us, now or later: somebody has to look into it.
 */
export type PostgresFailure = 'unavailable' | 'outcome-unknown' | 'refused';

/** The message names neither who logs in nor by what. */
export class PostgresError extends Error {
  constructor(
    readonly code: PostgresFailure,
    message: string,
    /** What the database calls it, where it said something. */
    readonly sqlState?: string,
  ) {
    super(message);
    this.name = 'PostgresError';
  }
}

/** States in which it is worth to come back: no connection, no room, shutting down, a standby, or too slow. */
const PASSING = /^(?:08|53|57P0|57014$|55P03$|25006$|40001$|40P01$|XX000$)/;

/** What became of a statement, in our own words. A statement that is retried by nobody has done nothing. */
export function asPostgresError(error: unknown, otherwise: 'unavailable' | 'outcome-unknown' = 'unavailable'): Error {
  if (error instanceof PostgresError || !(error instanceof Error)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  if (error instanceof pg.DatabaseError) {
    const { code = '', message } = error;
    const lost = code.startsWith('08') || code.startsWith('57P0');
    if (PASSING.test(code)) return new PostgresError(lost ? otherwise : 'unavailable', message, code);
    return new PostgresError('refused', message, code);
  }
  return isOfTheConnection(error) ? new PostgresError(otherwise, `PostgreSQL: ${reasonOf(error)}`) : error;
}

/** Whether an error says that a table is not there, or no longer. */
export const isMissingTable = (error: unknown): boolean => error instanceof PostgresError && error.sqlState === '42P01';

const CONNECTION_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EACCES', 'EADDRNOTAVAIL'],
]);

function isOfTheConnection(error: Error): boolean {
  if (error instanceof AggregateError)
    return error.errors.some((one) => one instanceof Error && isOfTheConnection(one));
  const code = 'code' in error ? String(error.code) : '';
  if (CONNECTION_CODES.has(code) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL')) return true;
  return /connection|timeout|not queryable|self[- ]signed|certificate|SSL/i.test(error.message);
}

const reasonOf = (error: Error): string =>
  error instanceof AggregateError
    ? error.errors.map((one: unknown) => (one as Error).message).join(', ')
    : error.message;
