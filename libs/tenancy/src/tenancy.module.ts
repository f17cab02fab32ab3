import {
  Inject,
  Injectable,
  Logger,
  Module,
  type DynamicModule,
  type ModuleMetadata,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import {
  AUTHORIZER,
  RbacFollower,
  RbacIndex,
  TOKEN_ISSUER,
  TOKEN_REVIEWER,
  type Authorizer,
  type TokenIssuer,
  type TokenReviewer,
} from '#lib/access';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { ChangeFeed, LIMIT_KINDS, RBAC_KINDS, READ_MODEL, type ReadModel } from '#lib/read-model';
import { DeclaredContents } from './declared/declared-contents.js';
import { LimitFollower } from './limits/limits.module.js';
import { NAMESPACE_CONTENTS, type NamespaceContents } from './namespaces/namespace-contents.js';
import { NamespaceFinalizer } from './namespaces/namespace-finalizer.js';
import { NamespaceService } from './namespaces/namespace-service.js';
import { NamespaceBindings } from './rbac/namespace-bindings.js';
import { DeclaredService } from './declared/declared-service.js';
import { SECRET_STORE, SecretStore } from './secrets/secret-store.js';
import { ServiceAccountContents } from './service-accounts/service-account-contents.js';
import { ServiceAccountService } from './service-accounts/service-account-service.js';
import { TENANCY_RESOURCES, tenancyResources } from './tenancy-resources.js';

/** Nest token of the feed of changes that the watches of namespaces and projects are made of. */
export const NAMESPACE_CHANGES = Symbol('NamespaceChanges');

export interface TenancyOptions {
  /** Directory of `secrets.lmdb` and `secrets.key`. */
  readonly dataDir: string;
  /** How long tokens of service accounts are good at most, in milliseconds. */
  readonly maxTokenLifetime: number;
  /** Modules that offer what is injected here, where they are not global. */
  readonly imports?: ModuleMetadata['imports'];
}

/** Creates the default namespaces at the start, and empties namespaces while the app runs. */
@Injectable()
class TenancyLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(NamespaceService) private readonly namespaces: NamespaceService,
    @Inject(NamespaceFinalizer) private readonly finalizer: NamespaceFinalizer,
    @Inject(SECRET_STORE) private readonly secrets: SecretStore,
    @Inject(NamespaceBindings) private readonly bindings: NamespaceBindings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.namespaces.ensureDefaults();
    await this.bindings.furnishAll();
    this.finalizer.start();
  }

  /** Before the stores that it works on are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.finalizer.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.secrets.close();
  }
}

/**
 * Namespaces, projects, secrets and reviews. The app binds {@link EVENT_STORE}, {@link READ_MODEL},
 * {@link NAMESPACE_CHANGES}, {@link NAMESPACE_CONTENTS}, the authorizer and what it decides by, and the limits.
 */
@Module({})
export class TenancyModule {
  static forRoot({ dataDir, maxTokenLifetime, imports = [] }: TenancyOptions): DynamicModule {
    return {
      module: TenancyModule,
      imports,
      providers: [
        { provide: SECRET_STORE, useFactory: () => SecretStore.open(dataDir) },
        {
          provide: NamespaceService,
          useFactory: (store: EventStore) => new NamespaceService(store),
          inject: [EVENT_STORE],
        },
        {
          provide: DeclaredService,
          useFactory: (store: EventStore) => new DeclaredService(store),
          inject: [EVENT_STORE],
        },
        {
          provide: ServiceAccountService,
          useFactory: (store: EventStore) => new ServiceAccountService(store),
          inject: [EVENT_STORE],
        },
        {
          provide: ServiceAccountContents,
          useFactory: (store: EventStore, readModel: ReadModel, service: ServiceAccountService) =>
            new ServiceAccountContents(store, readModel, service),
          inject: [EVENT_STORE, READ_MODEL, ServiceAccountService],
        },
        {
          provide: NamespaceBindings,
          useFactory: (
            store: EventStore,
            readModel: ReadModel,
            service: DeclaredService,
            index: RbacIndex,
            follower: RbacFollower,
          ) => new NamespaceBindings({ store, readModel, service, index, follower }),
          inject: [EVENT_STORE, READ_MODEL, DeclaredService, RbacIndex, RbacFollower],
        },
        {
          provide: NamespaceFinalizer,
          useFactory: finalizer,
          inject: [
            ...[EVENT_STORE, READ_MODEL, NamespaceService, NAMESPACE_CONTENTS, SECRET_STORE],
            ...[DeclaredService, ServiceAccountContents, NamespaceBindings],
          ],
        },
        {
          provide: TENANCY_RESOURCES,
          useFactory: resources(maxTokenLifetime),
          inject: [
            ...[EVENT_STORE, READ_MODEL, NAMESPACE_CHANGES, NamespaceService, SECRET_STORE, AUTHORIZER],
            ...[NamespaceBindings, DeclaredService, RbacIndex, RbacFollower, LimitFollower],
            ...[ServiceAccountService, TOKEN_ISSUER, TOKEN_REVIEWER],
          ],
        },
        TenancyLifecycle,
      ],
      exports: [NamespaceService, DeclaredService, SECRET_STORE, TENANCY_RESOURCES],
    };
  }
}

function finalizer(
  store: EventStore,
  readModel: ReadModel,
  namespaces: NamespaceService,
  contents: NamespaceContents,
  secrets: SecretStore,
  service: DeclaredService,
  accounts: ServiceAccountContents,
  bindings: NamespaceBindings,
): NamespaceFinalizer {
  const limits = new DeclaredContents({ store, readModel, service }, LIMIT_KINDS);
  const logger = new Logger('NamespaceFinalizer');
  return new NamespaceFinalizer({
    store,
    readModel,
    namespaces,
    // Who may do what goes last: until then its users see how their namespace empties.
    contents: [contents, secrets, limits, accounts, bindings],
    onFailure: (namespace, error) => {
      const what =
        namespace === undefined
          ? 'no longer follows the log; namespaces are emptied at the next start'
          : `could not finish the deletion of namespace "${namespace}", will try again`;
      logger.error(`${what}: ${String(error)}`);
    },
  });
}

const resources =
  (maxTokenLifetime: number) =>
  (
    store: EventStore,
    readModel: ReadModel,
    changes: ChangeFeed,
    namespaces: NamespaceService,
    secrets: SecretStore,
    authorizer: Authorizer,
    defaults: NamespaceBindings,
    service: DeclaredService,
    index: RbacIndex,
    follower: RbacFollower,
    limits: LimitFollower,
    accounts: ServiceAccountService,
    issuer: TokenIssuer,
    tokenReviewer: TokenReviewer,
  ) =>
    tenancyResources({
      ...{ store, readModel, changes, namespaces, secrets, authorizer, defaults, tokenReviewer },
      serviceAccounts: {
        ...{ service: accounts, issuer, maxTokenLifetime },
        changes: new ChangeFeed(store, new Set(['serviceAccount'])),
      },
      rbac: {
        ...{ service, index, follower, builtin: index.builtin() },
        changes: new ChangeFeed(store, new Set(RBAC_KINDS)),
      },
      limits: { service, follower: limits, changes: new ChangeFeed(store, new Set(LIMIT_KINDS)) },
    });
