export const SCHEMA_1 = 'application/vnd.docker.distribution.manifest.v1+json';
export const SCHEMA_1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
export const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
/** What every layer of a schema 1 manifest is; the manifest itself does not say. */
export const SCHEMA_1_LAYER = 'application/vnd.docker.container.image.rootfs.diff+x-gtar';

/** Whether this names a manifest list or an index: many images behind one digest. */
export const isListMediaType = (mediaType: string): boolean => mediaType === DOCKER_LIST || mediaType === OCI_INDEX;
