import { CONFIGURATION, type Configuration } from '#lib/config';
import type { Postgres } from '#lib/postgres';
import { EmbeddedSecretStore, PostgresSecretStore, type SecretStore } from '#lib/tenancy';
import { POSTGRES } from './postgres.js';

/** Beside the read models, wherever they are, so that whoever can read those has the secrets, too. */
export const openSecretStore = (
  { dataDir, secrets }: Configuration,
  postgres: Postgres | undefined,
): Promise<SecretStore> =>
  postgres === undefined
    ? EmbeddedSecretStore.open(dataDir)
    : PostgresSecretStore.open(postgres, secrets.keyFile ?? '');

export const secretStoreFactory = { inject: [CONFIGURATION, POSTGRES], useFactory: openSecretStore };
