import { apiVersionOf } from './api-group.js';
import type { ApiGroup, ApiGroupVersion } from './api-group.js';
import type { ApiResource, ApiSubresource } from './api-resource.js';

/** `/api`: the versions of the core group. */
export const apiVersions = (core: ApiGroup | undefined, serverAddress: string): object => ({
  kind: 'APIVersions',
  versions: core?.versions.map(({ version }) => version) ?? [],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
});

/** `/apis`: all other groups. */
export const apiGroupList = (groups: readonly ApiGroup[]): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.map(groupItem),
});

/** `/apis/<group>` */
export const apiGroup = (group: ApiGroup): object => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupItem(group) });

/** `/api/v1` and `/apis/<group>/<version>`: resources, each followed by its subresources. */
export const apiResourceList = (group: string, { version, resources }: ApiGroupVersion): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: apiVersionOf(group, version),
  resources: resources.flatMap((resource) => [
    resourceItem(resource),
    ...(resource.subresources ?? []).map((sub) => subresourceItem(resource, sub)),
  ]),
});

function groupItem({ name, versions }: ApiGroup): object {
  const listed = versions.map(({ version }) => ({ groupVersion: apiVersionOf(name, version), version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

const resourceItem = (resource: ApiResource): object => ({
  name: resource.resource,
  singularName: resource.singular,
  namespaced: resource.namespaced,
  kind: resource.kind,
  verbs: resource.verbs,
  ...(resource.shortNames?.length ? { shortNames: resource.shortNames } : {}),
  ...(resource.categories?.length ? { categories: resource.categories } : {}),
});

/** Group and version are said only where the kind belongs to others than the resource. */
const subresourceItem = (resource: ApiResource, sub: ApiSubresource): object => ({
  name: `${resource.resource}/${sub.name}`,
  singularName: '',
  namespaced: resource.namespaced,
  ...(sub.group === undefined || sub.group === resource.group ? {} : { group: sub.group }),
  ...(sub.version === undefined || sub.version === resource.version ? {} : { version: sub.version }),
  kind: sub.kind,
  verbs: sub.verbs,
});
