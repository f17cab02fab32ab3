import type { ApiResource } from './api-resource.js';

/** `v1`, or `image.openshift.io/v1`. */
export const apiVersionOf = (group: string, version: string): string =>
  group === '' ? version : `${group}/${version}`;

/** Groups in the order in which they first appear; it decides which group an ambiguous name means. */
export function groupsOf(resources: readonly ApiResource[]): readonly ApiGroup[] {
  const groups = new Map<string, Map<string, ApiResource[]>>();
  for (const resource of resources) {
    const versions = groups.get(resource.group) ?? new Map<string, ApiResource[]>();
    groups.set(resource.group, versions);
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions].map(([version, ofVersion]) => ({ version, resources: ofVersion })),
  }));
}

export interface ApiGroup {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly ApiGroupVersion[];
}

export interface ApiGroupVersion {
  readonly version: string;
  readonly resources: readonly ApiResource[];
}
