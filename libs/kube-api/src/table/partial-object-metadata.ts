/** Versions of the group `meta.k8s.io` that clients ask tables and metadata in. */
export type MetaVersion = 'v1' | 'v1beta1';

export interface ObjectWithMetadata {
  readonly metadata: object;
}

export interface PartialObjectMetadata {
  readonly kind: 'PartialObjectMetadata';
  readonly apiVersion: string;
  readonly metadata: object;
}

/** The metadata of an object, for clients that want nothing else. */
export const partialObjectMetadata = (
  { metadata }: ObjectWithMetadata,
  version: MetaVersion,
): PartialObjectMetadata => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
});

/** `metadata` is that of the list. */
export const partialObjectMetadataList = (
  metadata: object,
  objects: readonly ObjectWithMetadata[],
  version: MetaVersion,
): object => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  items: objects.map((object) => partialObjectMetadata(object, version)),
});
