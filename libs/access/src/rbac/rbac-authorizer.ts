import { refusalText } from '../authorize/attributes.js';
import type { AccessAttributes } from '../authorize/attributes.js';
import type { Authorizer, Decision, EffectiveRules } from '../authorize/authorizer.js';
import { allowing, isPathRule } from '../authorize/policy-rule.js';
import type { PathRule, PolicyRule, ResourceRule } from '../authorize/policy-rule.js';
import { MASTERS } from '../user.js';
import type { User } from '../user.js';
import type { Grant, RbacIndex } from './rbac-index.js';

const EVERYTHING: Decision = { allowed: true, reason: `allowed to the group ${JSON.stringify(MASTERS)}` };

/** Decides by roles and bindings, with the meaning that they have in Kubernetes. What no rule allows is refused. */
export class RbacAuthorizer implements Authorizer {
  constructor(private readonly index: RbacIndex) {}

  async authorize(access: AccessAttributes): Promise<Decision> {
    const { user } = access;
    if (user.groups.includes(MASTERS)) return EVERYTHING;
    const namespace = access.path === undefined ? access.namespace || undefined : undefined;
    const allowed = allowing(access);
    for (const grant of this.index.grants(user, namespace)) {
      if (this.index.rulesOf(grant.roleRef, grant.namespace).some(allowed)) {
        return { allowed: true, reason: reasonOf(grant) };
      }
    }
    return { allowed: false, reason: refusalText(access) };
  }

  async rulesFor(user: User, namespace: string): Promise<EffectiveRules> {
    const resourceRules: ResourceRule[] = [];
    const nonResourceRules: PathRule[] = [];
    for (const rule of this.rulesIn(user, namespace)) {
      if (isPathRule(rule)) nonResourceRules.push(rule);
      else resourceRules.push(rule);
    }
    return { resourceRules, nonResourceRules };
  }

  /** Rules about paths count only where they hold in the whole cluster. */
  private rulesIn(user: User, namespace: string): ReadonlySet<PolicyRule> {
    const rules = new Set<PolicyRule>();
    for (const { roleRef, namespace: ofBinding } of this.index.grants(user, namespace || undefined)) {
      for (const rule of this.index.rulesOf(roleRef, ofBinding)) {
        if (ofBinding === undefined || !isPathRule(rule)) rules.add(rule);
      }
    }
    return rules;
  }
}

function reasonOf({ kind, binding, namespace, roleRef, subject }: Grant): string {
  const name = JSON.stringify(namespace === undefined ? binding : `${binding}/${namespace}`);
  const role = `${roleRef.kind} ${JSON.stringify(roleRef.name)}`;
  const who =
    subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? namespace ?? ''}` : subject.name;
  return `RBAC: allowed by ${kind} ${name} of ${role} to ${subject.kind} ${JSON.stringify(who)}`;
}
