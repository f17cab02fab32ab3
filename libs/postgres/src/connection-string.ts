import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/** The connection string cannot be used. The message says why and shows none of it. */
export class PostgresConnectionStringError extends Error {
  override readonly name = 'PostgresConnectionStringError';
}

/** What may stand behind the question mark. */
const PARAMETERS = new Set([
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'application_name',
  'host',
]);
const SSL_MODES = new Set(['disable', 'verify-full', 'no-verify']);

/**
 * Reads a connection string such as `postgresql://user:password@host:5432/database?sslmode=verify-full`.
 *
 * Without `sslmode` the connection is in the clear on this machine and verified everywhere else: the modes between the
 * two protect from nobody.
 *
 * @throws PostgresConnectionStringError
 */
export function parseConnectionString(text: string): ClientConfig {
  const url = urlOf(text);
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.has(name)) throw new PostgresConnectionStringError(`has a parameter that is not known: ${name}`);
  }
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.has(mode)) {
    throw new PostgresConnectionStringError(`must have an sslmode out of ${[...SSL_MODES].join(', ')}`);
  }
  const config = configOf(text);
  const { host = '' } = config;
  if (host === '') throw new PostgresConnectionStringError('must name a host');
  if ((config.database ?? '') === '') throw new PostgresConnectionStringError('must name a database');
  return mode === null && config.ssl === undefined && !isOnThisMachine(host) ? { ...config, ssl: true } : config;
}

function urlOf(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new PostgresConnectionStringError('is no URL');
  }
}

function configOf(text: string): ClientConfig {
  try {
    return parseIntoClientConfig(text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new PostgresConnectionStringError(
      code === 'ENOENT' || code === 'EACCES' ? 'names a certificate or key that cannot be read' : 'cannot be read',
    );
  }
}

const isOnThisMachine = (host: string): boolean =>
  host.startsWith('/') || host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
