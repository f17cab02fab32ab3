import { readFileSync } from 'node:fs';
import { ConfigurationError, type Configuration } from '#lib/config';
import { Postgres, PostgresConnectionStringError } from '#lib/postgres';

/** Nest token of the database that read models and secrets are in; `undefined` where they are in the data directory. */
export const POSTGRES = Symbol('Postgres');

/**
 * The database that the configuration names; nothing is connected to yet.
 *
 * @throws ConfigurationError when that cannot be understood.
 */
export function openPostgres(
  { readModel }: Pick<Configuration, 'readModel'>,
  onDisturbance?: (why: string) => void,
): Postgres | undefined {
  const { engine, connectionString, connectionStringFile = '', schema, poolSize } = readModel;
  if (engine === 'embedded') return undefined;
  try {
    return new Postgres({
      connectionString: connectionString ?? readFileSync(connectionStringFile, 'utf8').trim(),
      ...{ schema, poolSize },
      ...(onDisturbance && { onDisturbance }),
    });
  } catch (error) {
    if (!(error instanceof PostgresConnectionStringError)) throw error;
    const where = `readModel.${connectionString === undefined ? 'connectionStringFile' : 'connectionString'}`;
    throw new ConfigurationError([{ where, message: error.message }]);
  }
}
