import { holds, isPathRule, isUnder } from '../authorize/policy-rule.js';
import type { PathRule, PolicyRule, ResourceRule } from '../authorize/policy-rule.js';

/** Comparisons that one question may cost; rules that would need more count as not covered. */
const MAX_PARTS = 20_000;

/**
 * What of some rules others do not allow: what somebody who has only `owned` would give away without having it.
 *
 * A rule with several verbs, groups or resources may be covered by several rules together, so each combination is
 * looked at by itself, unless one rule covers it as a whole.
 */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  let left = MAX_PARTS;
  return wanted.flatMap((rule): readonly PolicyRule[] => {
    if (owned.some((own) => covers(own, rule))) return [];
    left -= partCount(rule);
    if (left < 0) return [rule];
    return parts(rule).filter((part) => !owned.some((own) => covers(own, part)));
  });
}

/** Whether one rule allows everything that another one does. */
export function covers(own: PolicyRule, rule: PolicyRule): boolean {
  if (isPathRule(own) || isPathRule(rule)) {
    return isPathRule(own) && isPathRule(rule) && coversPaths(own, rule);
  }
  return coversResources(own, rule);
}

const coversPaths = (own: PathRule, rule: PathRule): boolean =>
  all(own.verbs, rule.verbs) &&
  rule.nonResourceURLs.every((path) => own.nonResourceURLs.some((url) => isUnder(url, path)));

function coversResources(own: ResourceRule, rule: ResourceRule): boolean {
  const names = own.resourceNames ?? [];
  const wantedNames = rule.resourceNames ?? [];
  return (
    all(own.verbs, rule.verbs) &&
    all(own.apiGroups, rule.apiGroups) &&
    rule.resources.every((resource) => coversResource(own.resources, resource)) &&
    (names.length === 0 || (wantedNames.length > 0 && wantedNames.every((name) => names.includes(name))))
  );
}

const all = (own: readonly string[], wanted: readonly string[]): boolean => wanted.every((value) => holds(own, value));

function coversResource(own: readonly string[], resource: string): boolean {
  if (holds(own, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && own.includes(`*${resource.slice(slash)}`);
}

function partCount(rule: PolicyRule): number {
  if (isPathRule(rule)) return rule.verbs.length * rule.nonResourceURLs.length;
  const names = Math.max(rule.resourceNames?.length ?? 0, 1);
  return rule.verbs.length * rule.apiGroups.length * rule.resources.length * names;
}

function parts(rule: PolicyRule): PolicyRule[] {
  if (isPathRule(rule)) {
    const { verbs, nonResourceURLs } = rule;
    return verbs.flatMap((verb) => nonResourceURLs.map((url) => ({ verbs: [verb], nonResourceURLs: [url] })));
  }
  const { verbs, apiGroups, resources, resourceNames = [] } = rule;
  const names = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        names.map((name) => ({ verbs: [verb], apiGroups: [group], resources: [resource], ...name })),
      ),
    ),
  );
}
