import type { ApiGroup, ApiGroupVersion } from './api-group.js';
import type { ApiResource, ApiSubresource } from './api-resource.js';

export type AggregatedVersion = 'v2' | 'v2beta1';

/** `APIGroupDiscoveryList`: all groups, versions and resources in one answer. */
export function aggregatedDiscovery(groups: readonly ApiGroup[], version: AggregatedVersion): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map((each) => versionItem(each)),
    })),
  };
}

const versionItem = ({ version, resources }: ApiGroupVersion): object => ({
  version,
  resources: resources.map((resource) => ({
    resource: resource.resource,
    // Clients drop a resource or subresource without `responseKind`.
    responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames?.length ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories?.length ? { categories: resource.categories } : {}),
    ...(resource.subresources?.length
      ? { subresources: resource.subresources.map((sub) => subresourceItem(resource, sub)) }
      : {}),
  })),
  freshness: 'Current',
});

const subresourceItem = (resource: ApiResource, sub: ApiSubresource): object => ({
  subresource: sub.name,
  responseKind: { group: sub.group ?? resource.group, version: sub.version ?? resource.version, kind: sub.kind },
  verbs: sub.verbs,
});
