import { createHash } from 'node:crypto';
import type { RoleBindingState, RoleState, RoleSubject, UserMetadata } from '#lib/events';
import type { RbacDocument } from '#lib/read-model';
import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from '../user.js';
import { BUILTIN_CLUSTER_ROLES, type BuiltinClusterRole } from './builtin-cluster-roles.js';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export interface BuiltinOptions {
  /** Whether everybody who is known may ask for projects of their own. */
  readonly selfProvisioning: boolean;
}

/** The version of what is not in the log: older than everything that is. */
const BUILTIN_VERSION = 0;

export const isBuiltin = ({ version }: RbacDocument): boolean => version === BUILTIN_VERSION;

/** Roles and bindings that every server has, in the form of those that are in its log. */
export function builtinDocuments({ selfProvisioning }: BuiltinOptions): readonly RbacDocument[] {
  const authenticated = group(AUTHENTICATED);
  return [
    ...BUILTIN_CLUSTER_ROLES.map(roleDocument),
    bindingDocument('cluster-admin', 'cluster-admin', [group(MASTERS)]),
    bindingDocument('system:public-info-viewer', 'system:public-info-viewer', [authenticated, group(UNAUTHENTICATED)]),
    bindingDocument('system:discovery', 'system:discovery', [authenticated]),
    bindingDocument('basic-users', 'basic-user', [authenticated]),
    bindingDocument('system:monitoring', 'system:monitoring', [group('system:monitoring')]),
    ...(selfProvisioning ? [bindingDocument('self-provisioners', 'self-provisioner', [authenticated])] : []),
  ];
}

const group = (name: string): RoleSubject => ({ kind: 'Group', apiGroup: RBAC_GROUP, name });

const aggregationLabel = (role: string): string => `${RBAC_GROUP}/aggregate-to-${role}`;

function roleDocument(builtin: BuiltinClusterRole): RbacDocument {
  const { name, description, rules, aggregates = false, partOf = [] } = builtin;
  const labels = Object.fromEntries(partOf.map((role) => [aggregationLabel(role), 'true']));
  const object: RoleState = {
    ...born('clusterRole', name, labels, { 'openshift.io/description': description }),
    rules,
    ...(aggregates
      ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(name)]: 'true' } }] } }
      : {}),
  };
  return { kind: 'clusterRole', object, version: BUILTIN_VERSION };
}

function bindingDocument(name: string, role: string, subjects: readonly RoleSubject[]): RbacDocument {
  const object: RoleBindingState = {
    ...born('clusterRoleBinding', name, {}, {}),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: role },
    subjects,
  };
  return { kind: 'clusterRoleBinding', object, version: BUILTIN_VERSION };
}

type Labels = UserMetadata['labels'];

function born(kind: string, name: string, labels: Labels, annotations: Labels) {
  return {
    name,
    uid: builtinUid(`${kind}-${name}`),
    creationTimestamp: '',
    metadata: {
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
      annotations,
      finalizers: [],
      ownerReferences: [],
    },
  };
}

/** The same on every server, in the form of a UUID that is made of a name. */
function builtinUid(name: string): string {
  const hex = createHash('sha1').update(`tagline:${name}`).digest('hex');
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
