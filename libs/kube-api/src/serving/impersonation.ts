import { badRequest } from '../status.js';
import type { RequestUser } from '../storage/request-context.js';
import type { Access, AccessControl } from './access.js';

/** Every value of every header by itself, under its name in lower case. */
export type DistinctHeaders = Readonly<Partial<Record<string, readonly string[]>>>;

/** Somebody wants to act as somebody else. */
export interface Impersonation {
  /** As whom. */
  readonly user: RequestUser;
  /** What the one who asks must be allowed to, each of it. */
  readonly needs: readonly Exclude<Access, { readonly path: string }>[];
}

const USER = 'impersonate-user';
const GROUP = 'impersonate-group';
const UID = 'impersonate-uid';
const EXTRA = 'impersonate-extra-';

const ANONYMOUS = 'system:anonymous';
const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';
const AUTHENTICATION_GROUP = 'authentication.k8s.io';
/** Values that one request may bring: each costs a decision. */
const MAX_VALUES = 200;

/**
 * Reads the impersonation headers of Kubernetes: `Impersonate-User`, `-Group`, `-Uid` and `-Extra-<key>`.
 *
 * @param access - knows the groups of whoever is to be in no others.
 * @returns nothing where there are none.
 * @throws ApiError 400 for headers that do not say as whom, or that name too much.
 */
export function impersonationOf(
  headers: DistinctHeaders,
  asker: RequestUser,
  access: Pick<AccessControl, 'groupsOf'>,
): Impersonation | undefined {
  const [name = ''] = headers[USER] ?? [];
  const groups = (headers[GROUP] ?? []).filter((group) => group !== '');
  const [uid = ''] = headers[UID] ?? [];
  const extra = extraOf(headers);
  const values = Object.entries(extra).flatMap(([key, of]) => of.map((value) => [key, value] as const));
  if (name === '') {
    if (groups.length + values.length === 0 && uid === '') return undefined;
    throw badRequest('impersonation headers need Impersonate-User to say as whom the request is made');
  }
  if (groups.length + values.length > MAX_VALUES) throw badRequest('the impersonation headers name too much');

  const account = serviceAccount(name);
  const need = (
    resource: string,
    named: string,
    rest: { readonly group?: string; readonly subresource?: string } = {},
  ) =>
    ({
      user: asker,
      verb: 'impersonate',
      group: '',
      subresource: '',
      namespace: '',
      ...rest,
      resource,
      name: named,
    }) as const;
  return {
    user: {
      name,
      uid,
      groups: membership(name, groups.length > 0 ? groups : [...access.groupsOf(name), ...accountGroups(account)]),
      extra,
      impersonator: asker.name,
    },
    needs: [
      account === undefined
        ? need('users', name)
        : { ...need('serviceaccounts', account.name), namespace: account.namespace },
      ...groups.map((group) => need('groups', group)),
      ...(uid === '' ? [] : [need('uids', uid, { group: AUTHENTICATION_GROUP })]),
      ...values.map(([key, value]) => need('userextras', value, { group: AUTHENTICATION_GROUP, subresource: key })),
    ],
  };
}

/** Whether a request has impersonation headers at all: looked at for every request. */
export const impersonates = (headers: Readonly<Record<string, unknown>>): boolean => {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
};

interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

function serviceAccount(user: string): ServiceAccount | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

const accountGroups = (account: ServiceAccount | undefined): readonly string[] =>
  account === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`];

/** With the group that somebody is in whatever else they are. */
const membership = (name: string, groups: readonly string[]): readonly string[] => [
  ...new Set([...groups, name === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED]),
];

function extraOf(headers: DistinctHeaders): Readonly<Record<string, readonly string[]>> {
  const found = Object.entries(headers)
    .filter(([name]) => name.startsWith(EXTRA))
    .map(([name, values = []]): [string, readonly string[]] => [decoded(name.slice(EXTRA.length)), values]);
  return Object.fromEntries(found);
}

/** Keys are written with escapes where a header's name cannot hold them. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
