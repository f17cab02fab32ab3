import { isDeepStrictEqual } from 'node:util';
import { RBAC_GROUP } from '#lib/access';
import type { RoleRule, RoleSubject } from '#lib/events';
import {
  dns1123Label,
  dns1123Subdomain,
  fieldError,
  MAX_NAME_LENGTH,
  pathSegmentName,
  type FieldError,
  type NameRule,
} from '#lib/kube-api';
import type { RoleBindingObject, RoleObject } from './rbac-objects.js';

/** Any name that can stand in a path, colons included, and that an index can hold. */
export const rbacName: NameRule = (name, prefix) => [
  ...pathSegmentName(name, prefix),
  ...(Buffer.byteLength(name) > MAX_NAME_LENGTH ? [`must be no more than ${MAX_NAME_LENGTH} bytes`] : []),
];

/** What is wrong with a role, with the texts of Kubernetes. */
export function roleFaults({ rules, aggregationRule }: RoleObject, namespaced: boolean): readonly FieldError[] {
  return [
    ...(rules ?? []).flatMap((rule, index) => ruleFaults(rule, `rules[${index}]`, namespaced)),
    ...(aggregationRule !== undefined && (aggregationRule.clusterRoleSelectors ?? []).length === 0
      ? [
          fieldError.required(
            'aggregationRule.clusterRoleSelectors',
            'at least one clusterRoleSelector required if aggregationRule is non-nil',
          ),
        ]
      : []),
  ];
}

function ruleFaults(rule: RoleRule, path: string, namespaced: boolean): readonly FieldError[] {
  const {
    verbs = [],
    apiGroups = [],
    resources = [],
    resourceNames = [],
    nonResourceURLs = [],
  } = rule as Partial<RoleRule>;
  const noVerbs =
    verbs.length === 0 ? [fieldError.required(`${path}.verbs`, 'verbs must contain at least one value')] : [];
  if (nonResourceURLs.length > 0) {
    const fault = (detail: string): FieldError =>
      fieldError.invalid(`${path}.nonResourceURLs`, nonResourceURLs, detail);
    return [
      ...noVerbs,
      ...(namespaced ? [fault('namespaced rules cannot apply to non-resource URLs')] : []),
      ...(apiGroups.length + resources.length + resourceNames.length > 0
        ? [fault('rules cannot apply to both regular resources and non-resource URLs')]
        : []),
    ];
  }
  return [
    ...noVerbs,
    ...(apiGroups.length === 0
      ? [fieldError.required(`${path}.apiGroups`, 'resource rules must supply at least one api group')]
      : []),
    ...(resources.length === 0
      ? [fieldError.required(`${path}.resources`, 'resource rules must supply at least one resource')]
      : []),
  ];
}

/** What is wrong with a binding, with the texts of Kubernetes. */
export function bindingFaults(
  { roleRef, subjects = [] }: RoleBindingObject,
  namespaced: boolean,
): readonly FieldError[] {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...(roleRef.apiGroup === RBAC_GROUP
      ? []
      : [fieldError.notSupported('roleRef.apiGroup', roleRef.apiGroup, [RBAC_GROUP])]),
    ...(kinds.includes(roleRef.kind) ? [] : [fieldError.notSupported('roleRef.kind', roleRef.kind, kinds)]),
    ...(roleRef.name === ''
      ? [fieldError.required('roleRef.name')]
      : rbacName(roleRef.name).map((fault) => fieldError.invalid('roleRef.name', roleRef.name, fault))),
    ...subjects.flatMap((subject, index) => subjectFaults(subject, `subjects[${index}]`)),
  ];
}

/** A binding gives the same role as long as it lives. */
export const bindingUpdateFaults = (after: RoleBindingObject, before: RoleBindingObject): readonly FieldError[] =>
  isDeepStrictEqual(after.roleRef, before.roleRef)
    ? []
    : [fieldError.invalid('roleRef', after.roleRef, 'cannot change roleRef')];

function subjectFaults({ kind, name, apiGroup = '', namespace = '' }: RoleSubject, path: string): FieldError[] {
  const nameless = name === '' ? [fieldError.required(`${path}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount':
      return [
        ...nameless,
        ...(name === '' ? [] : dns1123Subdomain(name).map((fault) => fieldError.invalid(`${path}.name`, name, fault))),
        ...(apiGroup === '' ? [] : [fieldError.notSupported(`${path}.apiGroup`, apiGroup, [''])]),
        ...(namespace === ''
          ? [fieldError.required(`${path}.namespace`)]
          : dns1123Label(namespace).map((fault) => fieldError.invalid(`${path}.namespace`, namespace, fault))),
      ];
    case 'User':
    case 'Group':
      return [
        ...nameless,
        ...(apiGroup === RBAC_GROUP ? [] : [fieldError.notSupported(`${path}.apiGroup`, apiGroup, [RBAC_GROUP])]),
      ];
    default:
      return [...nameless, fieldError.notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}
