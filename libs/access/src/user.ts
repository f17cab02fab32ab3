/** Somebody whose identity has been established. */
export interface User {
  readonly name: string;
  /** Stays the same when the name changes hands; empty where there is nothing of the kind. */
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Members may do everything; no rule is asked. */
export const MASTERS = 'system:masters';
/** Everybody who proved who they are. */
export const AUTHENTICATED = 'system:authenticated';
/** Everybody who did not try to. */
export const UNAUTHENTICATED = 'system:unauthenticated';

export const ANONYMOUS: User = { name: 'system:anonymous', uid: '', groups: [UNAUTHENTICATED], extra: {} };

/** The administrator whose token is in the data directory. */
export const ADMIN: User = { name: 'system:admin', uid: '', groups: [MASTERS, AUTHENTICATED], extra: {} };

/** Somebody who proved to be who they are, as a member of the group of all who did. */
export const authenticatedUser = ({
  name,
  uid = '',
  groups = [],
  extra = {},
}: Pick<User, 'name'> & Partial<User>): User => ({
  name,
  uid,
  groups: [...new Set([...groups.filter((group) => group !== ''), AUTHENTICATED])],
  extra,
});
