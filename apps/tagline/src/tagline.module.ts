import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AccessModule, RbacModule, type Identity } from '#lib/access';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { ImportModule, importSettings } from '#lib/import';
import { LOGGER, METRICS, Metrics, type Logger } from '#lib/observability';
import { LimitsModule, TenancyModule } from '#lib/tenancy';
import { ContextsModule } from './contexts.module.js';
import { GatewayModule } from './gateway.module.js';
import { ImageApiModule } from './image-api.module.js';
import { ImportSurroundingsModule } from './import-surroundings.module.js';
import { StorageModule } from './storage.module.js';

/** What is known before the modules are put together. */
export interface Given {
  readonly configuration: Configuration;
  readonly identity: Identity;
  readonly logger: Logger;
}

/** Everything in one process, on the embedded store. */
@Module({})
export class TaglineModule {
  static forRoot({ configuration, identity, logger }: Given): DynamicModule {
    const { dataDir, access } = configuration;
    const { adminToken, tokenKey } = identity;
    return {
      module: TaglineModule,
      imports: [
        GivenModule.of(configuration, logger),
        AccessModule.forRoot({
          adminToken,
          tokenKey,
          access,
          onProblem: (what, error) => logger.warn({ err: error }, what),
        }),
        RbacModule.forRoot({
          selfProvisioning: access.selfProvisioning,
          onFailure: (error) => {
            logger.fatal({ err: error }, 'roles can no longer be followed, and nothing can be decided by old ones');
            process.exit(1);
          },
        }),
        LimitsModule.forRoot({
          onFailure: (error) => {
            logger.fatal({ err: error }, 'limits can no longer be followed, and nothing can be held to old ones');
            process.exit(1);
          },
        }),
        StorageModule,
        ContextsModule,
        global(TenancyModule.forRoot({ dataDir, maxTokenLifetime: access.maxTokenLifetime })),
        ImportSurroundingsModule,
        global(ImportModule.forRoot({ settings: importSettings(configuration) })),
        global({ module: ImageApiModule }),
        GatewayModule,
      ],
    };
  }
}

@Global()
@Module({})
class GivenModule {
  static of(configuration: Configuration, logger: Logger): DynamicModule {
    return {
      module: GivenModule,
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: LOGGER, useValue: logger },
        { provide: METRICS, useValue: new Metrics() },
      ],
      exports: [CONFIGURATION, LOGGER, METRICS],
    };
  }
}

const global = (module: DynamicModule): DynamicModule => ({ ...module, global: true });
