import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AccessModule, GroupsModule, RbacModule, type Delegate, type Identity } from '#lib/access';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { RelayModule } from '#lib/event-feed';
import { ImportModule, importSettings } from '#lib/import';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import type { Postgres } from '#lib/postgres';
import { EmbeddedSecretStore, LimitsModule, PostgresSecretStore, TenancyModule, type SecretStore } from '#lib/tenancy';
import { TRACER, type Tracer } from '#lib/tracing';
import { ContextsModule } from './contexts.module.js';
import { GatewayModule } from './gateway.module.js';
import { ImageApiModule } from './image-api.module.js';
import { ImportSurroundingsModule } from './import-surroundings.module.js';
import { POSTGRES } from './postgres.js';
import { StorageModule } from './storage.module.js';

/** What is known before the modules are put together. */
export interface Given {
  readonly configuration: Configuration;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** A Kubernetes API server that decides in place of this server. */
  readonly delegate: Delegate | undefined;
}

/** Everything in one process, on the embedded store. */
@Module({})
export class TaglineModule {
  static forRoot({ configuration, identity, logger, metrics, tracer, delegate }: Given): DynamicModule {
    const { dataDir, access, kafka } = configuration;
    const { adminToken, tokenKey } = identity;
    const onProblem = (what: string, error: unknown): void => logger.warn({ err: error }, what);
    return {
      module: TaglineModule,
      imports: [
        GivenModule.of(configuration, logger, metrics, tracer),
        AccessModule.forRoot({
          adminToken,
          tokenKey,
          access,
          delegate,
          onProblem,
        }),
        RbacModule.forRoot({
          selfProvisioning: access.selfProvisioning,
          authorizer: delegate?.authorizer,
          onFailure: (error) => {
            logger.fatal({ err: error }, 'roles can no longer be followed, and nothing can be decided by old ones');
            process.exit(1);
          },
        }),
        GroupsModule.forRoot({
          counted: delegate === undefined,
          onFailure: (error) => {
            logger.fatal({ err: error }, 'groups can no longer be followed, and nobody can be let in by old ones');
            process.exit(1);
          },
        }),
        LimitsModule.forRoot({
          enforced: delegate === undefined,
          onFailure: (error) => {
            logger.fatal({ err: error }, 'limits can no longer be followed, and nothing can be held to old ones');
            process.exit(1);
          },
        }),
        StorageModule,
        ContextsModule,
        global(
          TenancyModule.forRoot({
            ...{ dataDir, maxTokenLifetime: access.maxTokenLifetime, delegate, onProblem },
            secretStore: { inject: [CONFIGURATION, POSTGRES], useFactory: openSecretStore },
          }),
        ),
        ImportSurroundingsModule,
        global(ImportModule.forRoot({ settings: importSettings(configuration) })),
        global({ module: ImageApiModule }),
        GatewayModule,
        ...(kafka.brokers.length === 0 ? [] : [RelayModule]),
      ],
    };
  }
}

@Global()
@Module({})
class GivenModule {
  static of(configuration: Configuration, logger: Logger, metrics: Metrics, tracer: Tracer): DynamicModule {
    return {
      module: GivenModule,
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: LOGGER, useValue: logger },
        { provide: METRICS, useValue: metrics },
        { provide: TRACER, useValue: tracer },
      ],
      exports: [CONFIGURATION, LOGGER, METRICS, TRACER],
    };
  }
}

/** Beside the read models, wherever they are, so that whoever can read those has the secrets, too. */
const openSecretStore = ({ dataDir, secrets }: Configuration, postgres: Postgres | undefined): Promise<SecretStore> =>
  postgres === undefined
    ? EmbeddedSecretStore.open(dataDir)
    : PostgresSecretStore.open(postgres, secrets.keyFile ?? '');

const global = (module: DynamicModule): DynamicModule => ({ ...module, global: true });
