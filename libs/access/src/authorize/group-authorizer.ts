import type { User } from '../user.js';
import { refusalText } from './attributes.js';
import type { AccessAttributes } from './attributes.js';
import type { Authorizer, Decision, EffectiveRules } from './authorizer.js';
import { allows, isPathRule } from './policy-rule.js';
import type { PathRule, PolicyRule, ResourceRule } from './policy-rule.js';

/** Grants each group its rules, everywhere. What no rule allows is refused. */
export class GroupAuthorizer implements Authorizer {
  constructor(private readonly rulesOfGroups: ReadonlyMap<string, readonly PolicyRule[]>) {}

  async authorize(access: AccessAttributes): Promise<Decision> {
    const group = access.user.groups.find((name) => this.#rulesOf(name).some((rule) => allows(rule, access)));
    return group === undefined
      ? { allowed: false, reason: refusalText(access) }
      : { allowed: true, reason: `allowed to the group ${JSON.stringify(group)}` };
  }

  async rulesFor(user: User): Promise<EffectiveRules> {
    const resourceRules: ResourceRule[] = [];
    const nonResourceRules: PathRule[] = [];
    for (const rule of new Set(user.groups.flatMap((group) => this.#rulesOf(group)))) {
      if (isPathRule(rule)) nonResourceRules.push(rule);
      else resourceRules.push(rule);
    }
    return { resourceRules, nonResourceRules };
  }

  #rulesOf(group: string): readonly PolicyRule[] {
    return this.rulesOfGroups.get(group) ?? [];
  }
}
