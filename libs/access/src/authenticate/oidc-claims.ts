import { authenticatedUser } from '../user.js';
import type { User } from '../user.js';

/** How the claims of a token name a user. */
export interface OidcMapping {
  readonly issuer: string;
  /** Claim that holds the name of the user. */
  readonly usernameClaim: string;
  /** Goes before every name; `-` for nothing. `undefined`: the issuer and `#`, unless the claim is `email`. */
  readonly usernamePrefix: string | undefined;
  /** Claim that holds the groups of the user: a text or a list of texts. */
  readonly groupsClaim: string | undefined;
  readonly groupsPrefix: string;
  /** Claims that a token must have with these very values, each as `claim=value`. */
  readonly requiredClaims: readonly string[];
}

/** Names of the system's own are not for a provider to give. */
const RESERVED = 'system:';

/** @returns nothing where the claims name no user, or one that the provider may not name. */
export function userOfClaims(claims: Readonly<Record<string, unknown>>, mapping: OidcMapping): User | undefined {
  const { issuer, usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims } = mapping;
  const name = claims[usernameClaim];
  if (typeof name !== 'string' || name === '') return undefined;
  // An address that nobody has checked is whatever its owner says.
  if (usernameClaim === 'email' && claims['email_verified'] !== undefined && claims['email_verified'] !== true) {
    return undefined;
  }
  if (!requiredClaims.every((required) => hasClaim(claims, required))) return undefined;
  const groups = groupsOf(groupsClaim === undefined ? undefined : claims[groupsClaim]);
  if (groups === undefined) return undefined;
  const prefix = usernamePrefix ?? (usernameClaim === 'email' ? '' : `${issuer}#`);
  const full = `${prefix === '-' ? '' : prefix}${name}`;
  if (full.startsWith(RESERVED)) return undefined;
  const members = groups.map((group) => `${groupsPrefix}${group}`).filter((group) => !group.startsWith(RESERVED));
  return authenticatedUser({ name: full, groups: members });
}

function hasClaim(claims: Readonly<Record<string, unknown>>, required: string): boolean {
  const equals = required.indexOf('=');
  return claims[required.slice(0, equals)] === required.slice(equals + 1);
}

/** `undefined` where the claim holds something that is no group. */
function groupsOf(claim: unknown): readonly string[] | undefined {
  if (claim === undefined || claim === null) return [];
  const list: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return list.every((group): group is string => typeof group === 'string') ? list : undefined;
}
