import type { RbacState, RoleBindingState, RoleRef, RoleRule, RoleState, RoleSubject } from '#lib/events';
import type { RbacDocument, RbacKind } from '#lib/read-model';
import type { PolicyRule } from '../authorize/policy-rule.js';
import type { User } from '../user.js';
import { isBuiltin } from './builtin-documents.js';
import { aggregates } from './role-selection.js';

/** Somebody has a role. */
export interface Grant {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly binding: string;
  readonly roleRef: RoleRef;
  readonly subject: RoleSubject;
  readonly namespace: string | undefined;
}

type GrantsBySubject = Map<string, Grant[]>;

/**
 * Roles and bindings in the form in which decisions are made: who has what, by subject. Everything is in memory; a
 * decision reads a handful of map entries.
 */
export class RbacIndex {
  private readonly documents = new Map<string, RbacDocument>();
  private readonly clusterRoles = new Map<string, RoleState>();
  private readonly inCluster: GrantsBySubject = new Map();
  private readonly inNamespaces = new Map<string, GrantsBySubject>();
  /** Rules that were worked out already, by role. */
  private readonly rules = new Map<string, readonly PolicyRule[]>();

  constructor(documents: Iterable<RbacDocument> = []) {
    for (const document of documents) this.put(document);
  }

  /** What is in no log. */
  builtin(): readonly RbacDocument[] {
    return [...this.documents.values()].filter(isBuiltin);
  }

  get(kind: RbacKind, namespace: string | undefined, name: string): RbacDocument | undefined {
    return this.documents.get(keyOf(kind, namespace, name));
  }

  put(document: RbacDocument): void {
    const { kind, object } = document;
    this.delete(kind, object.namespace, object.name);
    this.documents.set(keyOf(kind, object.namespace, object.name), document);
    if (kind === 'clusterRole') this.clusterRoles.set(object.name, object as RoleState);
    if (isBinding(object)) this.link(object);
  }

  delete(kind: RbacKind, namespace: string | undefined, name: string): void {
    const key = keyOf(kind, namespace, name);
    const object = this.documents.get(key)?.object;
    this.documents.delete(key);
    if (kind === 'clusterRole') {
      this.clusterRoles.delete(name);
      // Any cluster role may take its rules from any other one.
      this.rules.clear();
    } else {
      this.rules.delete(key);
    }
    if (object !== undefined && isBinding(object)) this.unlink(object);
  }

  /** What a user was given in a namespace, that of the whole cluster included; without one, only the latter. */
  *grants(user: User, namespace: string | undefined): Iterable<Grant> {
    const local = namespace === undefined ? undefined : this.inNamespaces.get(namespace);
    yield* this.grantsTo(userKey(user.name), local);
    for (const group of user.groups) yield* this.grantsTo(groupKey(group), local);
  }

  /** What was given in one namespace, to whomever. */
  *grantsIn(namespace: string): Iterable<Grant> {
    for (const grants of this.inNamespaces.get(namespace)?.values() ?? []) yield* grants;
  }

  /** The rules of the role that is given; none where there is no such role. */
  rulesOf({ kind, name }: Pick<RoleRef, 'kind' | 'name'>, namespace: string | undefined): readonly PolicyRule[] {
    const key = kind === 'ClusterRole' ? keyOf('clusterRole', undefined, name) : keyOf('role', namespace, name);
    let rules = this.rules.get(key);
    if (rules === undefined) {
      const role = this.documents.get(key)?.object as RoleState | undefined;
      if (role === undefined) return NO_RULES;
      rules = this.stated(role).flatMap(policyRules);
      this.rules.set(key, rules);
    }
    return rules;
  }

  /** The rules of a role as its API object shows them: where it aggregates, those of all that it takes in. */
  stated(role: RoleState, taken: ReadonlySet<string> = new Set()): readonly RoleRule[] {
    const { aggregationRule, name } = role;
    if (aggregationRule === undefined) return role.rules;
    const within = new Set([...taken, name]);
    const rules = new Map<string, RoleRule>();
    for (const other of this.clusterRoles.values()) {
      if (within.has(other.name) || !aggregates(aggregationRule, other.metadata.labels)) continue;
      for (const rule of this.stated(other, within)) rules.set(JSON.stringify(rule), rule);
    }
    return [...rules.values()];
  }

  private *grantsTo(key: string, local: GrantsBySubject | undefined): Iterable<Grant> {
    yield* this.inCluster.get(key) ?? NO_GRANTS;
    yield* local?.get(key) ?? NO_GRANTS;
  }

  private link(binding: RoleBindingState): void {
    const { namespace, name, roleRef, subjects } = binding;
    const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
    for (const subject of subjects) {
      const key = subjectKey(subject, namespace);
      const grants = this.bySubject(namespace);
      const grant: Grant = { kind, binding: name, roleRef, subject, namespace };
      grants.set(key, [...(grants.get(key) ?? []), grant]);
    }
  }

  private unlink({ namespace, name, subjects }: RoleBindingState): void {
    const grants = this.bySubject(namespace);
    for (const subject of subjects) {
      const key = subjectKey(subject, namespace);
      const left = (grants.get(key) ?? []).filter(({ binding }) => binding !== name);
      if (left.length === 0) grants.delete(key);
      else grants.set(key, left);
    }
    if (namespace !== undefined && grants.size === 0) this.inNamespaces.delete(namespace);
  }

  private bySubject(namespace: string | undefined): GrantsBySubject {
    if (namespace === undefined) return this.inCluster;
    let grants = this.inNamespaces.get(namespace);
    if (grants === undefined) {
      grants = new Map<string, Grant[]>();
      this.inNamespaces.set(namespace, grants);
    }
    return grants;
  }
}

const NO_GRANTS: readonly Grant[] = [];
const NO_RULES: readonly PolicyRule[] = [];

const keyOf = (kind: RbacKind, namespace: string | undefined, name: string): string =>
  namespace === undefined ? `${kind}-${name}` : `${kind}-${namespace}/${name}`;

const isBinding = (object: RbacState): object is RoleBindingState => 'roleRef' in object;

const userKey = (name: string): string => `u:${name}`;
const groupKey = (name: string): string => `g:${name}`;

/** All subjects that a user is. */
export const userKeys = ({ name, groups }: User): string[] => [userKey(name), ...groups.map(groupKey)];

/** Under what a subject is looked up: a service account is a user of a certain name. */
export function subjectKey({ kind, name, namespace }: RoleSubject, ofBinding: string | undefined): string {
  switch (kind) {
    case 'User':
      return userKey(name);
    case 'Group':
      return groupKey(name);
    case 'ServiceAccount':
      return userKey(`system:serviceaccount:${namespace ?? ofBinding ?? ''}:${name}`);
    default:
      return `?:${name}`;
  }
}

/** A rule of a role says something of resources or of paths. */
export function policyRules(rule: RoleRule): readonly PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  return [
    ...(nonResourceURLs.length === 0 ? [] : [{ verbs, nonResourceURLs }]),
    ...(resources.length === 0
      ? []
      : [{ verbs, apiGroups, resources, ...(resourceNames.length === 0 ? {} : { resourceNames }) }]),
  ];
}
