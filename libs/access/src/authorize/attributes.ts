import type { User } from '../user.js';

/** Somebody wants to do something to a resource. */
export interface ResourceAccess {
  readonly user: User;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, or one of special meaning. */
  readonly verb: string;
  /** API group; empty for the core one. */
  readonly group: string;
  /** Plural and lower case. `a/b` is the resource `a` with the subresource `b`. */
  readonly resource: string;
  readonly subresource?: string | undefined;
  /** Empty for what is not in a namespace, and for all namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly path?: undefined;
}

/** Somebody wants to see something of the server that is not a resource. */
export interface PathAccess {
  readonly user: User;
  /** The HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
}

export type AccessAttributes = ResourceAccess | PathAccess;

/** The resource with its subresource, the way rules and messages write it: `imagestreams/layers`. */
export const qualifiedResource = ({ resource, subresource }: ResourceAccess): string =>
  subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`;

/**
 * Namespaces and projects are asked for by name inside of themselves: a role in a namespace may open the namespace.
 */
export function inOwnNamespace<A extends AccessAttributes>(access: A): A {
  if (access.path !== undefined || !access.name || access.namespace) return access;
  const { group, resource, name } = access;
  const isOwn =
    (resource === 'namespaces' && group === '') || (resource === 'projects' && group === 'project.openshift.io');
  return isOwn ? { ...access, namespace: name } : access;
}

/** Why access was refused, as Kubernetes says it: what follows `forbidden: ` in the message of a 403. */
export function refusalText(access: AccessAttributes): string {
  const who = `User ${JSON.stringify(access.user.name)} cannot ${access.verb}`;
  if (access.path !== undefined) return `${who} path ${JSON.stringify(access.path)}`;
  const what = `resource ${JSON.stringify(qualifiedResource(access))} in API group ${JSON.stringify(access.group)}`;
  const where = access.namespace ? `in the namespace ${JSON.stringify(access.namespace)}` : 'at the cluster scope';
  return `${who} ${what} ${where}`;
}
