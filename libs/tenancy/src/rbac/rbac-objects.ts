import { RBAC_GROUP } from '#lib/access';
import type { RoleAggregation, RoleRef, RoleRule, RoleState, RoleSubject } from '#lib/events';
import type { KubeObject } from '#lib/kube-api';
import type { RbacDocument, RbacKind } from '#lib/read-model';
import { declaredMetadata } from '../declared/declared-metadata.js';

export interface RoleObject extends KubeObject {
  readonly rules?: readonly RoleRule[] | null;
  readonly aggregationRule?: RoleAggregation;
}

export interface RoleBindingObject extends KubeObject {
  readonly subjects?: readonly RoleSubject[];
  readonly roleRef: RoleRef;
}

export const RBAC_API_VERSION = `${RBAC_GROUP}/v1`;

export const KIND_NAMES: Readonly<Record<RbacKind, string>> = {
  role: 'Role',
  clusterRole: 'ClusterRole',
  roleBinding: 'RoleBinding',
  clusterRoleBinding: 'ClusterRoleBinding',
};

/**
 * A role or binding as an API object.
 *
 * @param stated - the rules that a role shows, which for one that aggregates are those of others.
 */
export function rbacObject(
  { kind, object, version }: RbacDocument,
  stated: (role: RoleState) => readonly RoleRule[],
): RoleObject | RoleBindingObject {
  const typed = { kind: KIND_NAMES[kind], apiVersion: RBAC_API_VERSION, metadata: declaredMetadata(object, version) };
  if ('roleRef' in object) {
    const { subjects, roleRef } = object;
    return { ...typed, roleRef, ...(subjects.length === 0 ? {} : { subjects }) };
  }
  const { aggregationRule } = object;
  return { ...typed, ...(aggregationRule === undefined ? {} : { aggregationRule }), rules: stated(object) };
}

/** An object with what its author left out and what is always the same. */
export function withDefaults(object: RoleBindingObject): RoleBindingObject {
  const { roleRef = { apiGroup: '', kind: '', name: '' }, subjects = [] } = object as Partial<RoleBindingObject>;
  return {
    ...object,
    roleRef: {
      apiGroup: roleRef.apiGroup || RBAC_GROUP,
      // Absent where the body is not complete; validation then says so.
      kind: roleRef.kind ?? '',
      name: roleRef.name ?? '',
    },
    subjects: subjects.map((subject) => {
      const { kind = '', name = '', apiGroup = '', namespace = '' } = subject;
      const group = apiGroup || (kind === 'User' || kind === 'Group' ? RBAC_GROUP : '');
      return { kind, ...(group && { apiGroup: group }), name, ...(namespace && { namespace }) };
    }),
  };
}
