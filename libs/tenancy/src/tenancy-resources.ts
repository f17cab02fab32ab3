import type { Authorizer, TokenReviewer } from '#lib/access';
import type { ResourceDefinition } from '#lib/kube-api';
import { absentResources } from './absent/absent-resources.js';
import { limitResources, type LimitResourcesDeps } from './limits/limit-resources.js';
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
import {
  serviceAccountResource,
  type ServiceAccountResourceDeps,
} from './service-accounts/service-account-resource.js';

export interface TenancyDeps extends NamespaceStorageDeps, SecretStorageDeps {
  readonly authorizer: Authorizer;
  readonly tokenReviewer: TokenReviewer;
  readonly serviceAccounts: Omit<ServiceAccountResourceDeps, 'store' | 'readModel'>;
  readonly rbac: Omit<RbacResourcesDeps, 'authorizer' | 'store' | 'readModel'>;
  readonly limits: Omit<LimitResourcesDeps, 'store' | 'readModel'>;
}

/** Everything around images that clients expect of a server which stands on its own. */
export const tenancyResources = (deps: TenancyDeps): readonly ResourceDefinition[] => [
  namespaceResource(deps),
  secretResource(deps),
  serviceAccountResource({ ...deps, ...deps.serviceAccounts }),
  projectResource(deps, mayGetProject(deps.authorizer, deps.rbac.follower)),
  projectRequestResource(deps),
  ...reviewResources(deps),
  ...rbacResources({ ...deps, ...deps.rbac }),
  ...limitResources({ ...deps, ...deps.limits }),
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
