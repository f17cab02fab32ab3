import type { RoleRule } from '#lib/events';

/** A cluster role that every server has. It cannot be changed; roles of one's own can be made part of it by a label. */
export interface BuiltinClusterRole {
  readonly name: string;
  /** For people who list roles. */
  readonly description: string;
  readonly rules: readonly RoleRule[];
  /** Takes its rules from the cluster roles whose label says that they belong to this one. */
  readonly aggregates?: boolean;
  /** The aggregating roles that this one belongs to. */
  readonly partOf?: readonly string[];
}

const READ = ['get', 'list', 'watch'] as const;
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;
const READ_WRITE = [...READ, ...WRITE] as const;

/** The group of today, and the core group, in which the same resources were once. */
const IMAGES = ['image.openshift.io', ''] as const;
const HISTORY = ['history.tagline.dev'] as const;
const CORE = [''] as const;
const RBAC = ['rbac.authorization.k8s.io'] as const;
const PROJECTS = ['project.openshift.io'] as const;
const AUTHORIZATION = ['authorization.k8s.io'] as const;
const USERS = ['user.openshift.io'] as const;

const STREAM_FAMILY = [
  'imagestreams',
  'imagestreammappings',
  'imagestreamtags',
  'imagetags',
  'imagestreamimages',
] as const;
const ROLES = ['roles', 'rolebindings'] as const;

const rule = (
  verbs: readonly string[],
  apiGroups: readonly string[],
  resources: readonly string[],
  resourceNames?: readonly string[],
): RoleRule => ({ verbs, apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }) });

const paths = (verbs: readonly string[], nonResourceURLs: readonly string[]): RoleRule => ({ verbs, nonResourceURLs });

/** What a namespace shows of itself, and of the workloads that this server never has and clients look for. */
const LOOK_AROUND: readonly RoleRule[] = [
  rule(READ, CORE, [
    ...['configmaps', 'events', 'limitranges', 'namespaces', 'pods', 'replicationcontrollers'],
    ...['resourcequotas', 'serviceaccounts', 'services'],
  ]),
  rule(READ, ['apps'], ['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
  rule(READ, ['batch'], ['cronjobs', 'jobs']),
];

const READ_STREAMS: readonly RoleRule[] = [
  rule(READ, IMAGES, [...STREAM_FAMILY, 'imagestreams/status']),
  rule(READ, HISTORY, ['*']),
];

const WRITE_STREAMS: readonly RoleRule[] = [
  rule(READ_WRITE, IMAGES, [...STREAM_FAMILY, 'imagestreams/secrets']),
  rule(['get', 'update'], IMAGES, ['imagestreams/layers']),
  rule(['create'], IMAGES, ['imagestreamimports']),
  rule(READ, IMAGES, ['imagestreams/status']),
  rule(READ, HISTORY, ['*']),
];

const USE_SECRETS = rule(READ_WRITE, CORE, ['secrets']);

/** Whoever may make tokens of a service account, or act as it, has its rights. */
const USE_SERVICE_ACCOUNTS: readonly RoleRule[] = [
  rule([...WRITE, 'impersonate'], CORE, ['serviceaccounts']),
  rule(['create'], CORE, ['serviceaccounts/token']),
];

const GRANT_ROLES: readonly RoleRule[] = [
  rule(READ_WRITE, RBAC, ROLES),
  rule(['create'], AUTHORIZATION, ['localsubjectaccessreviews']),
];

const SEE_THAT_IT_LIVES: readonly RoleRule[] = [
  paths(
    ['get', 'head'],
    ['/healthz', '/healthz/*', '/livez', '/livez/*', '/readyz', '/readyz/*', '/version', '/version/'],
  ),
  // What a login probes for before it has anything to show.
  paths(['head'], ['/']),
];

/** Cluster roles with the names and the meaning that they have in Kubernetes and OpenShift. */
export const BUILTIN_CLUSTER_ROLES: readonly BuiltinClusterRole[] = [
  {
    name: 'cluster-admin',
    description: 'Everything, everywhere.',
    rules: [rule(['*'], ['*'], ['*']), paths(['*'], ['*'])],
  },
  {
    name: 'cluster-reader',
    description: 'Sees everything but secrets.',
    rules: [
      rule(READ, IMAGES, ['images', 'imagesignatures', ...STREAM_FAMILY, 'imagestreams/status']),
      rule(['get'], IMAGES, ['imagestreams/layers']),
      rule(READ, HISTORY, ['*']),
      ...LOOK_AROUND,
      rule(READ, PROJECTS, ['projects']),
      rule(READ, RBAC, [...ROLES, 'clusterroles', 'clusterrolebindings']),
      rule(READ, USERS, ['groups']),
      rule(['create'], AUTHORIZATION, ['localsubjectaccessreviews', 'subjectaccessreviews']),
      paths(['get', 'head'], ['*']),
    ],
  },
  {
    name: 'admin',
    description: 'Does everything in a namespace, and decides who else may do what in it.',
    rules: [],
    aggregates: true,
  },
  {
    name: 'edit',
    description: 'Changes image streams, secrets and service accounts of a namespace.',
    rules: [],
    aggregates: true,
    partOf: ['admin'],
  },
  {
    name: 'view',
    description: 'Sees the image streams of a namespace, but can neither pull from them nor see secrets.',
    rules: [],
    aggregates: true,
    partOf: ['edit'],
  },
  {
    name: 'system:aggregate-to-admin',
    description: 'What "admin" has beyond "edit".',
    rules: [...GRANT_ROLES, rule(['get', 'update', 'patch', 'delete'], PROJECTS, ['projects'])],
    partOf: ['admin'],
  },
  {
    name: 'system:aggregate-to-edit',
    description: 'What "edit" has beyond "view".',
    rules: [...WRITE_STREAMS, USE_SECRETS, ...USE_SERVICE_ACCOUNTS],
    partOf: ['edit'],
  },
  {
    name: 'system:aggregate-to-view',
    description: 'What "view" consists of.',
    rules: [...READ_STREAMS, ...LOOK_AROUND, rule(['get'], PROJECTS, ['projects'])],
    partOf: ['view'],
  },
  {
    name: 'registry-admin',
    description: 'Manages the image streams of a namespace, and decides who else may.',
    rules: [
      ...WRITE_STREAMS,
      ...GRANT_ROLES,
      rule(['get'], CORE, ['namespaces']),
      rule(['get', 'delete'], PROJECTS, ['projects']),
    ],
  },
  {
    name: 'registry-editor',
    description: 'Manages the image streams of a namespace.',
    rules: [...WRITE_STREAMS, rule(['get'], CORE, ['namespaces']), rule(['get'], PROJECTS, ['projects'])],
  },
  {
    name: 'registry-viewer',
    description: 'Sees the image streams of a namespace and pulls from them.',
    rules: [
      ...READ_STREAMS,
      rule(['get'], IMAGES, ['imagestreams/layers']),
      rule(['get'], CORE, ['namespaces']),
      rule(['get'], PROJECTS, ['projects']),
    ],
  },
  {
    name: 'system:image-puller',
    description: 'Pulls from image streams.',
    rules: [rule(['get'], IMAGES, ['imagestreams/layers'])],
  },
  {
    name: 'system:image-pusher',
    description: 'Pushes to image streams, and pulls from them.',
    rules: [rule(['get', 'update'], IMAGES, ['imagestreams/layers'])],
  },
  {
    name: 'system:image-builder',
    description: 'Pushes to image streams, which a push may create.',
    rules: [rule(['get', 'update'], IMAGES, ['imagestreams/layers']), rule(['create'], IMAGES, ['imagestreams'])],
  },
  {
    name: 'system:deployer',
    description: 'Tags images when a deployment is done.',
    rules: [rule(['create', 'update'], IMAGES, ['imagestreamtags', 'imagetags'])],
  },
  {
    name: 'system:image-auditor',
    description: 'Looks at images and notes what was found.',
    rules: [rule([...READ, 'patch', 'update'], IMAGES, ['images'])],
  },
  {
    name: 'system:image-signer',
    description: 'Signs images.',
    rules: [
      rule(['get'], IMAGES, ['images', 'imagestreams/layers']),
      rule(['create', 'delete'], IMAGES, ['imagesignatures']),
    ],
  },
  {
    name: 'system:image-pruner',
    description: 'Removes images that nothing needs any longer.',
    rules: [
      rule(['get', 'list'], CORE, ['pods', 'replicationcontrollers']),
      rule(['list'], CORE, ['limitranges']),
      rule(['get', 'list'], ['apps'], ['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
      rule(['get', 'list'], ['batch'], ['cronjobs', 'jobs']),
      rule(['delete'], IMAGES, ['images']),
      rule(['get', 'list', 'watch'], IMAGES, ['images', 'imagestreams']),
      rule(['update'], IMAGES, ['imagestreams/status']),
    ],
  },
  {
    name: 'system:registry',
    description: 'What a registry in front needs for itself; for the rest it asks with the rights of its users.',
    rules: [
      rule(['list'], CORE, ['limitranges', 'resourcequotas']),
      rule(['get', 'list'], IMAGES, ['imagestreamimages', 'imagestreamtags', 'imagestreams', 'imagestreams/secrets']),
      rule(['get', 'delete'], IMAGES, ['images']),
      rule(['get'], IMAGES, ['imagestreams/layers']),
      rule(['update'], IMAGES, ['imagestreams']),
      rule(['create'], IMAGES, ['imagestreammappings']),
      rule(['create'], AUTHORIZATION, ['subjectaccessreviews']),
    ],
  },
  {
    name: 'system:auth-delegator',
    description: 'Asks who somebody is and what they may do, for servers that leave both to this one.',
    rules: [
      rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
      rule(['create'], AUTHORIZATION, ['subjectaccessreviews']),
    ],
  },
  {
    name: 'system:monitoring',
    description: 'Reads the metrics of the server.',
    rules: [...SEE_THAT_IT_LIVES, paths(['get', 'head'], ['/metrics'])],
  },
  {
    name: 'system:public-info-viewer',
    description: 'Sees that the server lives, and its version.',
    rules: SEE_THAT_IT_LIVES,
  },
  {
    name: 'system:discovery',
    description: 'Finds out what the server has.',
    rules: [
      ...SEE_THAT_IT_LIVES,
      paths(['get', 'head'], ['/', '/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*']),
      // Before it creates what it cannot patch, kubectl looks whether the kind is a custom one.
      rule(['get', 'list'], ['apiextensions.k8s.io'], ['customresourcedefinitions']),
    ],
  },
  {
    name: 'basic-user',
    description: 'Asks about oneself, and for the projects that one may see.',
    rules: [
      rule(['create'], ['authentication.k8s.io'], ['selfsubjectreviews']),
      rule(['create'], AUTHORIZATION, ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
      // The older review answers everybody about themselves, and about others only whoever may ask it in the newer form.
      rule(['create'], ['authorization.openshift.io'], ['subjectaccessreviews']),
      rule(['get'], USERS, ['users'], ['~']),
      rule(['list', 'watch'], PROJECTS, ['projects']),
      rule(['list'], PROJECTS, ['projectrequests']),
      rule(['get', 'list'], RBAC, ['clusterroles']),
      // Each push that a notification tells of needs the right to push.
      paths(['post'], ['/webhooks/registry']),
    ],
  },
  {
    name: 'self-provisioner',
    description: 'Asks for projects of one’s own.',
    rules: [rule(['create'], PROJECTS, ['projectrequests'])],
  },
];
