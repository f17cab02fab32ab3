import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { AccessModule, type Delegate, type Identity } from '#lib/access';
import { TenancyModule } from '#lib/tenancy';
import { followedModules } from './followed-modules.js';
import { GatewayModule } from './gateway.module.js';
import { GivenModule } from './given.module.js';
import { ImageApiModule } from './image-api.module.js';
import { secretStoreFactory } from './secret-store.js';
import { PullSecretsModule } from './pull-secrets.module.js';
import { StorageModule } from './storage.module.js';
import { problemsTo, type Surroundings } from './surroundings.js';

/** What is known before the modules of a gateway are put together. */
export interface Given extends Surroundings {
  readonly identity: Identity;
  /** A Kubernetes API server that decides in place of this server. */
  readonly delegate: Delegate | undefined;
}

/**
 * A gateway around the contexts that it is given: they are in this process, or services that it calls.
 *
 * @param contexts global modules that offer images, streams, signatures and imports.
 */
export function gatewayModules(
  given: Given,
  contexts: NonNullable<ModuleMetadata['imports']>,
): NonNullable<ModuleMetadata['imports']> {
  const { configuration, identity, logger, delegate } = given;
  const { dataDir, access } = configuration;
  const { adminToken, tokenKey } = identity;
  const onProblem = problemsTo(logger);
  return [
    GivenModule.of(given),
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
