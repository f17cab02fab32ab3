import {
  Inject,
  Injectable,
  Logger,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import {
  AUTHORIZER,
  GroupFollower,
  nowAndThen,
  RbacFollower,
  RbacIndex,
  TOKEN_ISSUER,
  TOKEN_REVIEWER,
  type Authorizer,
  type Delegate,
  type TokenIssuer,
  type TokenReviewer,
} from '#lib/access';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { DECLARED_KINDS } from '#lib/events';
import { ChangeFeed, LIMIT_KINDS, READ_MODEL, type ReadModel } from '#lib/read-model';
import { DeclaredContents } from './declared/declared-contents.js';
import { LimitFollower } from './limits/limits.module.js';
import { NAMESPACE_CONTENTS, type NamespaceContents } from './namespaces/namespace-contents.js';
import {
  delegatedNamespaces,
  NAMESPACE_GUARD,
  ownNamespaces,
  type NamespaceGuard,
} from './namespaces/namespace-guard.js';
import { NamespaceFinalizer } from './namespaces/namespace-finalizer.js';
import { NamespaceService } from './namespaces/namespace-service.js';
import { NamespaceBindings } from './rbac/namespace-bindings.js';
import { DeclaredService } from './declared/declared-service.js';
import {
  delegatedPullSecrets,
  ownPullSecrets,
  PULL_SECRET_SOURCE,
  type PullSecretSource,
} from './secrets/pull-secret-source.js';
import { EmbeddedSecretStore } from './secrets/embedded-secret-store.js';
import { SecretContents } from './secrets/secret-contents.js';
import { SECRET_STORE, type SecretStore } from './secrets/secret-store.js';
import type { Issuance } from './service-accounts/token-request.js';
import { reviewResources, TENANCY_RESOURCES, tenancyResources } from './tenancy-resources.js';

/** Nest token of the feed of changes that the watches of namespaces and projects are made of. */
export const NAMESPACE_CHANGES = Symbol('NamespaceChanges');

export interface TenancyOptions {
  /** Directory of `secrets.lmdb` and `secrets.key`. */
  readonly dataDir: string;
  /** Where secrets are kept; default: in files of the data directory. */
  readonly secretStore?: Pick<FactoryProvider<SecretStore>, 'inject' | 'useFactory'> | undefined;
  /** How long tokens of service accounts are good at most, in milliseconds. */
  readonly maxTokenLifetime: number;
  /** A Kubernetes API server whose namespaces, secrets, roles and accounts count in place of Tagline's own. */
  readonly delegate?: Pick<Delegate, 'namespaces' | 'secrets'> | undefined;
  /** Told when that API server cannot be asked. */
  readonly onProblem?: (what: string, error: unknown) => void;
  /** Modules that offer what is injected here, where they are not global. */
  readonly imports?: ModuleMetadata['imports'];
}

/** Creates the default namespaces at the start, and empties namespaces while the app runs. */
@Injectable()
class NamespaceUpkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(NamespaceService) private readonly namespaces: NamespaceService,
    @Inject(NamespaceFinalizer) private readonly finalizer: NamespaceFinalizer,
    @Inject(NamespaceBindings) private readonly bindings: NamespaceBindings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.namespaces.ensureDefaults();
    await this.bindings.furnishAll();
    await this.finalizer.settle();
    this.finalizer.start();
  }

  /** Before the stores that it works on are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.finalizer.stop();
  }
}

@Injectable()
class TenancyLifecycle implements OnApplicationShutdown {
  constructor(@Inject(SECRET_STORE) private readonly secrets: SecretStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.secrets.close();
  }
}

/**
 * Namespaces, projects, secrets and reviews. The app binds {@link EVENT_STORE}, {@link READ_MODEL},
 * {@link NAMESPACE_CHANGES}, {@link NAMESPACE_CONTENTS}, the authorizer and what it decides by, the groups, and
 * the limits.
 */
@Module({})
export class TenancyModule {
  static forRoot(options: TenancyOptions): DynamicModule {
    const { dataDir, maxTokenLifetime, secretStore, delegate, imports = [] } = options;
    return {
      module: TenancyModule,
      imports,
      providers: [
        { provide: SECRET_STORE, ...(secretStore ?? { useFactory: () => EmbeddedSecretStore.open(dataDir) }) },
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
            ...[DeclaredService, NamespaceBindings],
          ],
        },
        delegate !== undefined
          ? DELEGATED_RESOURCES
          : {
              provide: TENANCY_RESOURCES,
              useFactory: resources(maxTokenLifetime),
              inject: [
                ...[EVENT_STORE, READ_MODEL, NAMESPACE_CHANGES, NamespaceService, SECRET_STORE, AUTHORIZER],
                ...[NamespaceBindings, DeclaredService, RbacIndex, RbacFollower, LimitFollower],
                ...[GroupFollower, TOKEN_ISSUER, TOKEN_REVIEWER],
              ],
            },
        { provide: NAMESPACE_GUARD, useFactory: namespaceGuard(options), inject: [READ_MODEL] },
        { provide: PULL_SECRET_SOURCE, useFactory: pullSecretSource(options), inject: [SECRET_STORE] },
        TenancyLifecycle,
        ...(delegate === undefined ? [NamespaceUpkeep] : []),
      ],
      exports: [
        ...[NamespaceService, DeclaredService, SECRET_STORE, TENANCY_RESOURCES],
        ...[NAMESPACE_GUARD, PULL_SECRET_SOURCE],
      ],
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
  bindings: NamespaceBindings,
): NamespaceFinalizer {
  const declared = new DeclaredContents({ store, readModel, service }, [...LIMIT_KINDS, 'serviceAccount']);
  const logger = new Logger('NamespaceFinalizer');
  return new NamespaceFinalizer({
    store,
    readModel,
    namespaces,
    // Who may do what goes last: until then its users see how their namespace empties.
    contents: [contents, new SecretContents(secrets), declared, bindings],
    secrets: secrets.local,
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
    groups: GroupFollower,
    issuer: TokenIssuer,
    tokenReviewer: TokenReviewer,
  ) =>
    tenancyResources({
      ...{ store, readModel, changes, namespaces, secrets, authorizer, defaults, tokenReviewer },
      declared: { service, changes: new ChangeFeed(store, new Set(DECLARED_KINDS)) },
      tokens: { issuer, maxTokenLifetime, onIssued: logIssuance },
      rbac: { index, follower, builtin: index.builtin() },
      limits: { follower: limits },
      groups: { follower: groups },
    });

const logIssuance = ({ namespace, name, tokenId, expires, by }: Issuance): void =>
  new Logger('ServiceAccounts').log(
    `token ${tokenId} of "${namespace}/${name}", good until ${expires.toISOString()}, was issued to "${by}"`,
  );

const DELEGATED_RESOURCES = {
  provide: TENANCY_RESOURCES,
  useFactory: (authorizer: Authorizer, tokenReviewer: TokenReviewer) => reviewResources({ authorizer, tokenReviewer }),
  inject: [AUTHORIZER, TOKEN_REVIEWER],
};

const namespaceGuard =
  ({ delegate, onProblem }: TenancyOptions) =>
  (readModel: ReadModel): NamespaceGuard =>
    delegate === undefined
      ? ownNamespaces(readModel)
      : delegatedNamespaces(
          delegate.namespaces,
          nowAndThen((error) => onProblem?.('the API server that has the namespaces cannot be asked for one', error)),
        );

const pullSecretSource =
  ({ delegate, onProblem }: TenancyOptions) =>
  (secrets: SecretStore): PullSecretSource =>
    delegate === undefined
      ? ownPullSecrets(secrets)
      : delegatedPullSecrets(
          delegate.secrets,
          nowAndThen((error) => onProblem?.('the API server that has the secrets cannot be asked for them', error)),
        );
