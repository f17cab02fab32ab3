import type { Authorizer, TokenReviewer } from '#lib/access';
import type { ResourceDefinition } from '#lib/kube-api';
import { absentResources } from './absent/absent-resources.js';
import type { DeclaredStorageDeps } from './declared/declared-storage.js';
import type { GroupsInForce } from './groups/group-family.js';
import { groupResource } from './groups/group-resource.js';
import type { LimitsInForce } from './limits/limit-families.js';
import { limitResources } from './limits/limit-resources.js';
import { namespaceResource } from './namespaces/namespace-resource.js';
import type { NamespaceStorageDeps } from './namespaces/namespace-storage.js';
import { mayGetProject } from './projects/may-get-project.js';
import { projectRequestResource } from './projects/project-request-resource.js';
import { projectResource } from './projects/project-resource.js';
import { rbacResources, type RbacResourcesDeps } from './rbac/rbac-resources.js';
import { accessReviewResources } from './reviews/access-review-resources.js';
import { legacyAccessReviewResource } from './reviews/legacy-access-review-resource.js';
import { selfSubjectReviewResource } from './reviews/self-subject-review-resource.js';
import { tokenReviewResource } from './reviews/token-review-resource.js';
import { userResource } from './reviews/user-resource.js';
import { secretResource } from './secrets/secret-resource.js';
import type { SecretStorageDeps } from './secrets/secret-storage.js';
import { serviceAccountResource } from './service-accounts/service-account-resource.js';
import type { TokenRequestDeps } from './service-accounts/token-request.js';

export interface TenancyDeps extends NamespaceStorageDeps, SecretStorageDeps {
  readonly authorizer: Authorizer;
  readonly tokenReviewer: TokenReviewer;
  /** Carries out what is declared, and tells of it. */
  readonly declared: Pick<DeclaredStorageDeps, 'service' | 'changes'>;
  readonly tokens: Omit<TokenRequestDeps, 'service'>;
  readonly rbac: Omit<RbacResourcesDeps, keyof DeclaredStorageDeps | 'authorizer'>;
  readonly limits: LimitsInForce;
  readonly groups: GroupsInForce;
}

/** Everything around images that clients expect of a server which stands on its own. */
export const tenancyResources = (deps: TenancyDeps): readonly ResourceDefinition[] => [
  namespaceResource(deps),
  secretResource(deps),
  serviceAccountResource({ ...deps, ...deps.declared, ...deps.tokens }),
  projectResource(deps, mayGetProject(deps.authorizer, deps.rbac.follower)),
  projectRequestResource(deps),
  ...reviewResources(deps),
  ...rbacResources({ ...deps, ...deps.declared, ...deps.rbac }),
  groupResource({ ...deps, ...deps.declared, ...deps.groups }),
  ...limitResources({ ...deps, ...deps.declared, ...deps.limits }),
  ...absentResources(deps.readModel),
];

/** What is left of it where a Kubernetes API server has namespaces, secrets, roles and accounts: questions. */
export const reviewResources = ({
  authorizer,
  tokenReviewer,
}: Pick<TenancyDeps, 'authorizer' | 'tokenReviewer'>): readonly ResourceDefinition[] => [
  userResource(),
  selfSubjectReviewResource(),
  tokenReviewResource(tokenReviewer),
  ...accessReviewResources(authorizer),
  legacyAccessReviewResource(authorizer),
];

/** Nest token of the {@link tenancyResources}. */
export const TENANCY_RESOURCES = Symbol('TenancyResources');
