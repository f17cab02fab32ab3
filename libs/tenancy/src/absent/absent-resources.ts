import {
  as,
  listOf,
  notFound,
  object,
  objectMeta,
  raw,
  typeMeta,
  type GroupResource,
  type ListResult,
  type ObjectKey,
  type RequestContext,
  type ResourceDefinition,
  type ResourceStorage,
} from '#lib/kube-api';
import type { ReadModel } from '#lib/read-model';

interface Absent {
  readonly resource: string;
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly clusterScoped?: boolean;
}

const CORE: readonly Absent[] = [
  { resource: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
  { resource: 'events', kind: 'Event', shortNames: ['ev'] },
  { resource: 'pods', kind: 'Pod', shortNames: ['po'] },
  { resource: 'replicationcontrollers', kind: 'ReplicationController', shortNames: ['rc'] },
  { resource: 'services', kind: 'Service', shortNames: ['svc'] },
];

const APPS: readonly Absent[] = [
  { resource: 'daemonsets', kind: 'DaemonSet', shortNames: ['ds'] },
  { resource: 'deployments', kind: 'Deployment', shortNames: ['deploy'] },
  { resource: 'replicasets', kind: 'ReplicaSet', shortNames: ['rs'] },
  { resource: 'statefulsets', kind: 'StatefulSet', shortNames: ['sts'] },
];

const BATCH: readonly Absent[] = [
  { resource: 'cronjobs', kind: 'CronJob', shortNames: ['cj'] },
  { resource: 'jobs', kind: 'Job' },
];

/**
 * Before it creates an object of a kind that cannot be patched, such as an ImageStreamMapping, kubectl looks whether the
 * kind comes from a custom resource definition, and gives up when it cannot look.
 */
const API_EXTENSIONS: readonly Absent[] = [
  {
    resource: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    shortNames: ['crd'],
    clusterScoped: true,
  },
];

/**
 * Resources of which a standalone server has none, and never will. Clients that work with image streams look through
 * them all the same, for workloads that use an image or for events about a stream, and have to be told so.
 */
export function absentResources(readModel: Pick<ReadModel, 'position'>): readonly ResourceDefinition[] {
  const define = (group: string, component: string) => (absent: Absent) =>
    definition({ group, component, readModel, ...absent });
  return [
    ...CORE.map(define('', 'io.k8s.api.core.v1')),
    ...APPS.map(define('apps', 'io.k8s.api.apps.v1')),
    ...BATCH.map(define('batch', 'io.k8s.api.batch.v1')),
    ...API_EXTENSIONS.map(define('apiextensions.k8s.io', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1')),
  ];
}

function definition(
  absent: Absent & {
    readonly group: string;
    readonly component: string;
    readonly readModel: Pick<ReadModel, 'position'>;
  },
): ResourceDefinition {
  const { group, component, readModel, resource, kind, shortNames, clusterScoped = false } = absent;
  return {
    group,
    version: 'v1',
    resource,
    kind,
    singular: kind.toLowerCase(),
    namespaced: !clusterScoped,
    ...(shortNames === undefined ? {} : { shortNames }),
    schema: object(`${component}.${kind}`, 'There are none on this server; clients find an empty list.', {
      ...typeMeta,
      metadata: as(objectMeta, 'Standard metadata.'),
      spec: raw('As Kubernetes defines it.'),
      status: raw('As Kubernetes defines it.'),
    }),
    storage: new AbsentStorage({ group, resource }, readModel),
  };
}

class AbsentStorage implements ResourceStorage {
  constructor(
    private readonly resource: GroupResource,
    private readonly readModel: Pick<ReadModel, 'position'>,
  ) {}

  async get(_context: RequestContext, { name }: ObjectKey): Promise<never> {
    throw notFound(this.resource, name);
  }

  async list(): Promise<ListResult> {
    return listOf(`${this.readModel.position}`, []);
  }
}
