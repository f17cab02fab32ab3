import type { User } from '../user.js';
import type { AccessAttributes } from './attributes.js';
import type { PathRule, ResourceRule } from './policy-rule.js';

export interface Decision {
  readonly allowed: boolean;
  /** For people. Where access is refused, what follows `forbidden: ` in the message of the 403. */
  readonly reason: string;
}

/** Everything that somebody may do in one namespace, for a SelfSubjectRulesReview. */
export interface EffectiveRules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly PathRule[];
  /** More may be allowed than is listed. */
  readonly incomplete?: boolean;
}

/** Tells what somebody may do. */
export interface Authorizer {
  authorize(access: AccessAttributes): Promise<Decision>;
  rulesFor(user: User, namespace: string): Promise<EffectiveRules>;
}

/** Injection token of the {@link Authorizer}. */
export const AUTHORIZER = Symbol('Authorizer');
