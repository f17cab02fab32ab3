import { isBuiltin, RBAC_GROUP, type Authorizer } from '#lib/access';
import type { KubeObject, ResourceDefinition, TableDefinition } from '#lib/kube-api';
import type { DeclaredDocument, RbacDocument, RbacKind } from '#lib/read-model';
import { ageOf } from '../age.js';
import type { DeclaredFamily } from '../declared/declared-family.js';
import { byBytes, DeclaredStorage, type DeclaredStorageDeps } from '../declared/declared-storage.js';
import { GrantGuard } from './grant-guard.js';
import { BindingFamily, RoleFamily, type RbacInForce } from './rbac-family.js';
import { KIND_NAMES, type RoleBindingObject } from './rbac-objects.js';
import { clusterRoleBindingSchema, clusterRoleSchema, roleBindingSchema, roleSchema } from './rbac-schema.js';

export interface RbacResourcesDeps extends DeclaredStorageDeps, RbacInForce {
  readonly authorizer: Authorizer;
  /** Roles and bindings that every server has. */
  readonly builtin: readonly RbacDocument[];
}

/** `roles`, `rolebindings`, `clusterroles` and `clusterrolebindings` of `rbac.authorization.k8s.io`. */
export function rbacResources(deps: RbacResourcesDeps): readonly ResourceDefinition[] {
  const guard = new GrantGuard(deps.authorizer);
  const define = <K extends RbacKind>(
    family: DeclaredFamily<K>,
    rest: Pick<ResourceDefinition, 'schema' | 'columns'>,
  ): ResourceDefinition => ({
    ...named(family.kind),
    ...rest,
    namespaced: family.resource.namespaced,
    generatesNames: true,
    storage: new DeclaredStorage(deps, family, builtinOfKind(deps.builtin, family.kind)),
    ownership: { complete: (object) => family.complete(object) },
  });
  return [
    define(new RoleFamily('role', guard, deps), { schema: roleSchema, columns: roleTable }),
    define(new BindingFamily('roleBinding', guard, deps), { schema: roleBindingSchema, columns: bindingTable }),
    define(new RoleFamily('clusterRole', guard, deps), { schema: clusterRoleSchema, columns: roleTable }),
    define(new BindingFamily('clusterRoleBinding', guard, deps), {
      schema: clusterRoleBindingSchema,
      columns: bindingTable,
    }),
  ];
}

/** The documents of one kind among those that every server has, sorted by name. */
const builtinOfKind = <K extends RbacKind>(
  documents: readonly RbacDocument[],
  kind: K,
): readonly DeclaredDocument<K>[] =>
  documents
    .filter((document): document is DeclaredDocument<K> & RbacDocument => document.kind === kind && isBuiltin(document))
    .sort((a, b) => byBytes(a.object.name, b.object.name));

const named = (kind: RbacKind) => ({
  group: RBAC_GROUP,
  version: 'v1',
  resource: `${kind.toLowerCase()}s`,
  kind: KIND_NAMES[kind],
  singular: kind.toLowerCase(),
});

const roleTable: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', description: 'Name of the role.' },
    { name: 'Created At', type: 'date', description: 'When it was created; nothing for what every server has.' },
  ],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? '<built in>'],
};

const bindingTable: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', description: 'Name of the binding.' },
    { name: 'Role', type: 'string', description: 'The role that is given.' },
    { name: 'Age', type: 'string', description: 'Time since it was created.' },
    { name: 'Users', type: 'string', priority: 1, description: 'Users who have the role.' },
    { name: 'Groups', type: 'string', priority: 1, description: 'Groups that have the role.' },
    { name: 'ServiceAccounts', type: 'string', priority: 1, description: 'Service accounts that have the role.' },
  ],
  cells: (object, now) => {
    const { metadata, roleRef } = object as RoleBindingObject;
    return [
      metadata.name,
      `${roleRef.kind}/${roleRef.name}`,
      ageOf(object, now),
      ...['User', 'Group', 'ServiceAccount'].map((kind) => subjectNames(object, kind)),
    ];
  },
};

const subjectNames = (object: KubeObject, wanted: string): string =>
  ((object as RoleBindingObject).subjects ?? [])
    .filter(({ kind }) => kind === wanted)
    .map(({ name, namespace }) => (wanted === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ');
