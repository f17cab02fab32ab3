import type { Digest } from '../references/digest.js';
import type { MediaType } from './media-types.js';

/** A manifest of any kind that the image API knows. Descriptions of size are in bytes. */
export type Manifest = Schema1Manifest | ImageManifest | ManifestIndex;

/** Docker's first format: no config, the newest layer first, one history entry a layer. */
export interface Schema1Manifest {
  readonly kind: 'schema1';
  readonly mediaType: typeof MediaType.dockerSchema1 | typeof MediaType.dockerSchema1Signed;
  readonly architecture: string;
  readonly fsLayers: readonly { readonly blobSum: Digest }[];
  readonly history: readonly { readonly v1Compatibility: string }[];
  /** The document without its signatures: what its digest is computed from. */
  readonly canonicalPayload: Uint8Array;
}

/** Docker schema 2 or OCI: a config and layers, the base layer first. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: typeof MediaType.dockerSchema2 | typeof MediaType.ociManifest;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Docker manifest list or OCI index: one manifest for each platform. */
export interface ManifestIndex {
  readonly kind: 'index';
  readonly mediaType: typeof MediaType.dockerManifestList | typeof MediaType.ociIndex;
  readonly manifests: readonly IndexEntry[];
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

export interface IndexEntry extends Descriptor {
  /** Absent for entries that are no images, such as attestations of some builders. */
  readonly platform?: Platform;
}

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
}
