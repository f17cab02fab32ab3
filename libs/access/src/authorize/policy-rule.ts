import { qualifiedResource } from './attributes.js';
import type { AccessAttributes, PathAccess, ResourceAccess } from './attributes.js';

/** Resources that a rule opens. `*` stands for all of them in any of its lists. */
export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  // `a/b` is a subresource, `*/b` that of every resource.
  readonly resources: readonly string[];
  /** Empty for all. */
  readonly resourceNames?: readonly string[];
}

/** Paths that a rule opens. */
export interface PathRule {
  readonly verbs: readonly string[];
  /** A `*` at the end stands for whatever follows. */
  readonly nonResourceURLs: readonly string[];
}

export type PolicyRule = ResourceRule | PathRule;

export const isPathRule = (rule: PolicyRule): rule is PathRule => 'nonResourceURLs' in rule;

/** Whether a rule allows an access, by the meaning that RBAC rules have in Kubernetes. */
export function allows(rule: PolicyRule, access: AccessAttributes): boolean {
  if (isPathRule(rule)) return access.path !== undefined && allowsPath(rule, access);
  return access.path === undefined && allowsResource(rule, access);
}

const allowsPath = ({ verbs, nonResourceURLs }: PathRule, { verb, path }: PathAccess): boolean =>
  holds(verbs, verb) &&
  nonResourceURLs.some((url) => (url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : path === url));

function allowsResource(rule: ResourceRule, access: ResourceAccess): boolean {
  const wanted = qualifiedResource(access);
  const [, subresource] = wanted.split('/', 2);
  const names = rule.resourceNames ?? [];
  return (
    holds(rule.verbs, access.verb) &&
    holds(rule.apiGroups, access.group) &&
    (holds(rule.resources, wanted) || (subresource !== undefined && rule.resources.includes(`*/${subresource}`))) &&
    (names.length === 0 || (access.name !== undefined && names.includes(access.name)))
  );
}

const holds = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
