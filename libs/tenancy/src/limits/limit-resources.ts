import type { KubeObject, ResourceDefinition, TableDefinition } from '#lib/kube-api';
import type { LimitKind } from '#lib/read-model';
import { ageOf } from '../age.js';
import type { DeclaredFamily } from '../declared/declared-family.js';
import { DeclaredStorage, type DeclaredStorageDeps } from '../declared/declared-storage.js';
import { LimitRangeFamily, ResourceQuotaFamily, type LimitsInForce } from './limit-families.js';
import type { ResourceQuotaObject } from './limit-objects.js';
import { limitRangeSchema, resourceQuotaSchema } from './limit-schema.js';

export interface LimitResourcesDeps extends DeclaredStorageDeps, LimitsInForce {}

/** `limitranges` and `resourcequotas` of the core API. */
export function limitResources(deps: LimitResourcesDeps): readonly ResourceDefinition[] {
  const define = <K extends LimitKind>(
    family: DeclaredFamily<K>,
    rest: Pick<ResourceDefinition, 'schema' | 'columns' | 'shortNames' | 'singular'>,
  ): ResourceDefinition => ({
    group: '',
    version: 'v1',
    resource: family.resource.resource,
    kind: family.resource.kind,
    ...rest,
    namespaced: true,
    generatesNames: true,
    storage: new DeclaredStorage(deps, family),
    ownership: { complete: (object) => family.complete(object) },
  });
  return [
    define<'limitRange'>(new LimitRangeFamily(deps), {
      ...{ singular: 'limitrange', shortNames: ['limits'] },
      ...{ schema: limitRangeSchema, columns: limitRangeTable },
    }),
    define<'resourceQuota'>(new ResourceQuotaFamily(deps, deps.readModel), {
      ...{ singular: 'resourcequota', shortNames: ['quota'] },
      ...{ schema: resourceQuotaSchema, columns: resourceQuotaTable },
    }),
  ];
}

const limitRangeTable: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', description: 'Name of the limits.' },
    { name: 'Created At', type: 'date', description: 'When they were created.' },
  ],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? ''],
};

const resourceQuotaTable: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', description: 'Name of the quota.' },
    { name: 'Request', type: 'string', description: 'What is there of each resource, and what may be.' },
    { name: 'Limit', type: 'string', description: 'The same for what containers may use at most.' },
    { name: 'Age', type: 'string', description: 'Time since it was created.' },
  ],
  cells: (quota, now) => {
    const isLimit = (resource: string): boolean => resource.startsWith('limits.');
    return [
      quota.metadata.name,
      amounts(quota, (resource) => !isLimit(resource)),
      amounts(quota, isLimit),
      ageOf(quota, now),
    ];
  },
};

function amounts(quota: KubeObject, wanted: (resource: string) => boolean): string {
  const { hard = {}, used = {} } = (quota as ResourceQuotaObject).status ?? {};
  return Object.keys(hard)
    .filter(wanted)
    .sort()
    .map((resource) => `${resource}: ${used[resource] ?? '0'}/${hard[resource]}`)
    .join(', ');
}
