import type { User } from '../user.js';

/** Tells which groups name a user. */
export interface Memberships {
  groupsOf(user: string): readonly string[];
}

/** Somebody, in the groups that name them as well as in those that they came with. */
export function withMemberships(user: User, memberships: Memberships): User {
  const named = memberships.groupsOf(user.name);
  return named.length === 0 ? user : { ...user, groups: [...new Set([...named, ...user.groups])] };
}
