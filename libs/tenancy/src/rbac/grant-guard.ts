import { policyRules, RBAC_GROUP, uncovered, type Authorizer, type PolicyRule } from '#lib/access';
import type { RoleRef, RoleRule } from '#lib/events';
import { forbidden, notFound, type RequestUser } from '#lib/kube-api';
import type { DeclaredTarget } from '../declared/declared-family.js';

/** Rules that a refusal names; further ones are counted. */
const MAX_SHOWN = 20;

/** Everything there is: whoever decides where the rules of a role come from decides on any rule. */
const EVERYTHING: readonly RoleRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody gives away what they do not have: rules of a role, or a role by a binding. The verbs `escalate` and `bind`
 * lift that, as in Kubernetes.
 */
export class GrantGuard {
  constructor(private readonly authorizer: Authorizer) {}

  /** @throws ApiError 403 naming the rules that the user does not have. */
  async assertMayState(user: RequestUser, target: DeclaredTarget, rules: readonly RoleRule[]): Promise<void> {
    if (await this.may(user, 'escalate', target.resource.resource, target.namespace, target.name)) return;
    await this.assertHolds(user, target, rules);
  }

  /** @throws ApiError 403 for a user who does not have everything. */
  async assertMayAggregate(user: RequestUser, target: DeclaredTarget): Promise<void> {
    await this.assertMayState(user, target, EVERYTHING);
  }

  /**
   * @param rules - those of the role; `undefined` where there is no such role.
   * @throws ApiError 403, or 404 for a role that is not there.
   */
  async assertMayBind(
    user: RequestUser,
    target: DeclaredTarget,
    roleRef: RoleRef,
    rules: readonly RoleRule[] | undefined,
  ): Promise<void> {
    const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
    if (await this.may(user, 'bind', resource, target.namespace, roleRef.name)) return;
    if (rules === undefined) throw notFound({ group: RBAC_GROUP, resource }, roleRef.name);
    await this.assertHolds(user, target, rules);
  }

  private async may(
    user: RequestUser,
    verb: string,
    resource: string,
    namespace: string | undefined,
    name: string,
  ): Promise<boolean> {
    const { allowed } = await this.authorizer.authorize({ user, verb, group: RBAC_GROUP, resource, namespace, name });
    return allowed;
  }

  private async assertHolds(
    user: RequestUser,
    { resource, namespace, name }: DeclaredTarget,
    rules: readonly RoleRule[],
  ): Promise<void> {
    const { resourceRules, nonResourceRules } = await this.authorizer.rulesFor(user, namespace ?? '');
    const missing = uncovered([...resourceRules, ...nonResourceRules], rules.flatMap(policyRules));
    if (missing.length === 0) return;
    const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
    const shown = missing.slice(0, MAX_SHOWN).map(ruleText);
    const more = missing.length > MAX_SHOWN ? [`and ${missing.length - MAX_SHOWN} more`] : [];
    const why =
      `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently ` +
      `held:\n${[...shown, ...more].join('\n')}`;
    throw forbidden(resource, name, why);
  }
}

function ruleText(rule: PolicyRule): string {
  const parts =
    'nonResourceURLs' in rule
      ? [named('NonResourceURLs', rule.nonResourceURLs)]
      : [
          named('APIGroups', rule.apiGroups),
          named('Resources', rule.resources),
          ...(rule.resourceNames === undefined ? [] : [named('ResourceNames', rule.resourceNames)]),
        ];
  return `{${[...parts, named('Verbs', rule.verbs)].join(', ')}}`;
}

const named = (name: string, values: readonly string[]): string =>
  `${name}:[${values
    .slice(0, MAX_SHOWN)
    .map((value) => JSON.stringify(value))
    .join(' ')}]`;
