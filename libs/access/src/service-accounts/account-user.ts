import { authenticatedUser } from '../user.js';
import type { User } from '../user.js';

/** A service account that a token was issued to, and which token it was. */
export interface IssuedAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly tokenId: string;
}

/** The user that a service account is. */
export const accountName = ({ namespace, name }: Pick<IssuedAccount, 'namespace' | 'name'>): string =>
  `system:serviceaccount:${namespace}:${name}`;

/** A service account as Kubernetes knows it: by its name, in the groups of all and of its namespace. */
export const accountUser = (account: IssuedAccount): User =>
  authenticatedUser({
    name: accountName(account),
    uid: account.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`],
    extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${account.tokenId}`] },
  });
