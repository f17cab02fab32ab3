import { Global, Inject, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { clientOf, openSecretStore, POSTGRES } from '#lib/composition';
import { CONFIGURATION, ConfigurationError, type Configuration } from '#lib/config';
import { PULL_SECRETS, remotePullSecrets, type PullSecretsOf } from '#lib/import';
import { LOGGER, type Logger } from '#lib/observability';
import type { Postgres } from '#lib/postgres';
import type { ServiceClient } from '#lib/remoting';
import { pullSecrets } from '#lib/tenancy';
import { TRACER, type Tracer } from '#lib/tracing';

const KEEPERS = Symbol('SecretKeepers');

@Injectable()
class KeepersLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(KEEPERS) private readonly keepers: readonly ServiceClient[]) {}

  async onModuleInit(): Promise<void> {
    await Promise.all(this.keepers.map((keeper) => keeper.connect()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.keepers.map((keeper) => keeper.close()));
  }
}

/**
 * Whose credentials imports may use. In PostgreSQL, this process reads the secrets itself. Otherwise each gateway keeps
 * those that it was given, so that all are asked, rather than one in turn.
 */
@Global()
@Module({
  providers: [
    {
      provide: KEEPERS,
      inject: [CONFIGURATION, LOGGER, TRACER],
      useFactory: (configuration: Configuration, logger: Logger, tracer: Tracer) =>
        configuration.services.pullSecrets.map((address) =>
          clientOf('import-service', 'gateway', { configuration, logger, tracer }, [address]),
        ),
    },
    {
      provide: PULL_SECRETS,
      inject: [KEEPERS, CONFIGURATION, POSTGRES],
      useFactory: pullSecretsOf,
    },
    KeepersLifecycle,
  ],
  exports: [PULL_SECRETS],
})
export class SecretKeepersModule {}

async function pullSecretsOf(
  keepers: readonly ServiceClient[],
  configuration: Configuration,
  postgres: Postgres | undefined,
): Promise<PullSecretsOf> {
  if (keepers.length > 0) return remotePullSecrets(keepers);
  if (postgres === undefined) {
    const message = 'must name every gateway: each keeps pull secrets, unless readModel.engine is postgres';
    throw new ConfigurationError([{ where: 'services.pullSecrets', message }]);
  }
  const store = await openSecretStore(configuration, postgres);
  return (namespace) => pullSecrets(store, namespace);
}
