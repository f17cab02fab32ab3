import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { AccessModule, type Delegate, type Identity } from '#lib/access';
import type { Configuration } from '#lib/config';
import type { Logger, Metrics } from '#lib/observability';
import { TenancyModule } from '#lib/tenancy';
import type { Tracer } from '#lib/tracing';
import { followedModules } from './followed-modules.js';
import { GatewayModule } from './gateway.module.js';
import { GivenModule } from './given.module.js';
import { ImageApiModule } from './image-api.module.js';
import { secretStoreFactory } from './secret-store.js';
import { PullSecretsModule } from './pull-secrets.module.js';
import { StorageModule } from './storage.module.js';

/** What is known before the modules of a gateway are put together. */
export interface Given {
  readonly configuration: Configuration;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** A Kubernetes API server that decides in place of this server. */
  readonly delegate: Delegate | undefined;
}

/**
 * A gateway around the contexts that it is given: they are in this process, or services that it calls.
 *
 * @param contexts global modules that offer images, streams, signatures and imports.
 */
export function gatewayModules(
  { configuration, identity, logger, metrics, tracer, delegate }: Given,
  contexts: NonNullable<ModuleMetadata['imports']>,
): NonNullable<ModuleMetadata['imports']> {
  const { dataDir, access } = configuration;
  const { adminToken, tokenKey } = identity;
  const onProblem = (what: string, error: unknown): void => logger.warn({ err: error }, what);
  return [
    GivenModule.of(configuration, logger, metrics, tracer),
    AccessModule.forRoot({ adminToken, tokenKey, access, delegate, onProblem }),
    ...followedModules({ configuration, logger, delegate }),
    StorageModule,
    global(
      TenancyModule.forRoot({
        ...{ dataDir, maxTokenLifetime: access.maxTokenLifetime, delegate, onProblem },
        secretStore: secretStoreFactory,
      }),
    ),
    PullSecretsModule,
    ...contexts,
    global({ module: ImageApiModule }),
    GatewayModule,
  ];
}

export const global = (module: DynamicModule): DynamicModule => ({ ...module, global: true });
