declare const brand: unique symbol;

/** Name of one aggregate's stream in the event store. */
export type StreamName = string & { readonly [brand]: 'StreamName' };

/** The kinds of aggregate. The part of a {@link StreamName} before its first `-`. */
export const AGGREGATES = [
  'image',
  'imageStream',
  'imageSignatures',
  'imageStreamImport',
  'namespace',
  'role',
  'clusterRole',
  'roleBinding',
  'clusterRoleBinding',
  'limitRange',
  'resourceQuota',
  'serviceAccount',
  'group',
] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export const streamName = {
  image: (name: string): StreamName => `image-${name}` as StreamName,
  imageStream: (namespace: string, name: string): StreamName => `imageStream-${namespace}/${name}` as StreamName,
  imageSignatures: (image: string): StreamName => `imageSignatures-${image}` as StreamName,
  imageStreamImport: (uid: string): StreamName => `imageStreamImport-${uid}` as StreamName,
  namespace: (name: string): StreamName => `namespace-${name}` as StreamName,
  role: (namespace: string, name: string): StreamName => `role-${namespace}/${name}` as StreamName,
  clusterRole: (name: string): StreamName => `clusterRole-${name}` as StreamName,
  roleBinding: (namespace: string, name: string): StreamName => `roleBinding-${namespace}/${name}` as StreamName,
  clusterRoleBinding: (name: string): StreamName => `clusterRoleBinding-${name}` as StreamName,
  limitRange: (namespace: string, name: string): StreamName => `limitRange-${namespace}/${name}` as StreamName,
  resourceQuota: (namespace: string, name: string): StreamName => `resourceQuota-${namespace}/${name}` as StreamName,
  serviceAccount: (namespace: string, name: string): StreamName => `serviceAccount-${namespace}/${name}` as StreamName,
  group: (name: string): StreamName => `group-${name}` as StreamName,
} as const;

/** Splits a stream's name into its aggregate and the aggregate's own name. */
export function parseStreamName(name: StreamName): { aggregate: Aggregate; id: string } {
  const dash = name.indexOf('-');
  return { aggregate: name.slice(0, dash) as Aggregate, id: name.slice(dash + 1) };
}
