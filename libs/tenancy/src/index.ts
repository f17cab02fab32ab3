export { LimitIndex } from './limits/limit-index.js';
export { LimitFollower, LimitsModule } from './limits/limits.module.js';
export { assertNamespaceActive } from './namespaces/assert-namespace-active.js';
export type { NewContent } from './namespaces/assert-namespace-active.js';
export type {
  ChangeNamespaceMetadata,
  CreateNamespace,
  FinishNamespaceDeletion,
  NamespaceCommand,
  RequestNamespaceDeletion,
} from './namespaces/namespace-commands.js';
export { NAMESPACE_CONTENTS } from './namespaces/namespace-contents.js';
export type { IsMeant, NamespaceContents } from './namespaces/namespace-contents.js';
export { NAMESPACE_GUARD } from './namespaces/namespace-guard.js';
export type { NamespaceGuard } from './namespaces/namespace-guard.js';
export { namespaceDecider } from './namespaces/namespace-decider.js';
export type { Namespace } from './namespaces/namespace-decider.js';
export { NamespaceFinalizer } from './namespaces/namespace-finalizer.js';
export type { NamespaceFinalizerDeps } from './namespaces/namespace-finalizer.js';
export { DEFAULT_NAMESPACES, NamespaceService } from './namespaces/namespace-service.js';
export type { HandledNamespace } from './namespaces/namespace-service.js';
export { applyRbacManifests } from './rbac/rbac-manifests.js';
export type { SkippedManifest } from './rbac/rbac-manifests.js';
export { DeclaredService } from './declared/declared-service.js';
export { PULL_SECRET_SOURCE } from './secrets/pull-secret-source.js';
export type { PullSecretSource } from './secrets/pull-secret-source.js';
export { copySecrets } from './secrets/copy-secrets.js';
export { EXCLUDE_SECRET, listPullSecrets, pullSecrets } from './secrets/pull-secrets.js';
export type { PullSecret } from './secrets/pull-secrets.js';
export type { SecretObject, SecretType } from './secrets/secret.js';
export { InvalidSecretKeyError } from './secrets/secret-key.js';
export { secretSchema } from './secrets/secret-resource.js';
export { EmbeddedSecretStore } from './secrets/embedded-secret-store.js';
export { PostgresSecretStore } from './secrets/postgres/postgres-secret-store.js';
export { SECRET_STORE, type SecretStore } from './secrets/secret-store.js';
export { SYSTEM } from './system-actor.js';
export { TENANCY_RESOURCES, tenancyResources } from './tenancy-resources.js';
export type { TenancyDeps } from './tenancy-resources.js';
export { NAMESPACE_CHANGES, TenancyModule } from './tenancy.module.js';
export type { TenancyOptions } from './tenancy.module.js';
