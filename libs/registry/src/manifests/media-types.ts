/** Media types of everything that a registry serves under `/manifests/`. */
export const MediaType = {
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  dockerSchema2: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  /** What the layers of a schema 1 image are; the manifest itself does not say. */
  dockerSchema1Layer: 'application/vnd.docker.container.image.rootfs.diff+x-gtar',
} as const;

export type ManifestMediaType =
  | typeof MediaType.dockerSchema1
  | typeof MediaType.dockerSchema1Signed
  | typeof MediaType.dockerSchema2
  | typeof MediaType.dockerManifestList
  | typeof MediaType.ociManifest
  | typeof MediaType.ociIndex;

const MANIFEST_TYPES: ReadonlySet<string> = new Set<ManifestMediaType>([
  MediaType.dockerSchema1,
  MediaType.dockerSchema1Signed,
  MediaType.dockerSchema2,
  MediaType.dockerManifestList,
  MediaType.ociManifest,
  MediaType.ociIndex,
]);

export const isManifestMediaType = (text: string): text is ManifestMediaType => MANIFEST_TYPES.has(text);

/** `Accept` of a manifest request. */
export const MANIFEST_ACCEPT = [
  MediaType.ociIndex,
  MediaType.dockerManifestList,
  MediaType.ociManifest,
  MediaType.dockerSchema2,
  MediaType.dockerSchema1Signed,
  'application/json;q=0.5',
].join(', ');

/** The type of a `Content-Type` header, without parameters, in lower case. */
export const bareMediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
