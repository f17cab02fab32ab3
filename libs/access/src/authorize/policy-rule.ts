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
export const allows = (rule: PolicyRule, access: AccessAttributes): boolean => allowing(access)(rule);

/** The test of many rules against one access: what can be known of the access beforehand is. */
export function allowing(access: AccessAttributes): (rule: PolicyRule) => boolean {
  if (access.path !== undefined) return (rule) => isPathRule(rule) && allowsPath(rule, access);
  const wanted = qualifiedResource(access);
  const slash = wanted.indexOf('/');
  const anyWithSubresource = slash < 0 ? undefined : `*${wanted.slice(slash)}`;
  return (rule) => !isPathRule(rule) && allowsResource(rule, access, wanted, anyWithSubresource);
}

const allowsPath = ({ verbs, nonResourceURLs }: PathRule, { verb, path }: PathAccess): boolean =>
  holds(verbs, verb) && nonResourceURLs.some((url) => isUnder(url, path));

/** Whether a path, or pattern of paths, is among those that `url` stands for. */
export const isUnder = (url: string, path: string): boolean =>
  url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : path === url;

function allowsResource(
  rule: ResourceRule,
  { verb, group, name }: ResourceAccess,
  wanted: string,
  anyWithSubresource: string | undefined,
): boolean {
  const names = rule.resourceNames ?? [];
  return (
    holds(rule.verbs, verb) &&
    holds(rule.apiGroups, group) &&
    (holds(rule.resources, wanted) ||
      (anyWithSubresource !== undefined && rule.resources.includes(anyWithSubresource))) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

/** Whether a list of a rule has a value, by itself or by `*`. */
export const holds = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
