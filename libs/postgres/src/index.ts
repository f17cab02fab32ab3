export { parseConnectionString, PostgresConnectionStringError } from './connection-string.js';
export { migrate, NewerSchemaError, type Migrations } from './migrate.js';
export { asPostgresError, isMissingTable, PostgresError, type PostgresFailure } from './postgres-error.js';
export {
  Postgres,
  type Connection,
  type PostgresOptions,
  type Queryable,
  type Row,
  type Statement,
} from './postgres.js';
