/** One layer of an image, base layer first in its list. */
export interface ImageLayer {
  readonly name: string;
  /** Bytes, compressed. */
  readonly size: number;
  readonly mediaType: string;
}

/** One entry of a manifest list or OCI index. */
export interface ImageManifestEntry {
  readonly digest: string;
  readonly mediaType: string;
  readonly manifestSize: number;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
}

/** What an image is: all of the Image resource but its metadata and signatures. */
export interface ImageContent {
  readonly dockerImageReference?: string;
  readonly dockerImageMetadata?: Readonly<Record<string, unknown>>;
  readonly dockerImageMetadataVersion?: string;
  readonly dockerImageManifest?: string;
  readonly dockerImageLayers?: readonly ImageLayer[];
  readonly dockerImageSignatures?: readonly string[];
  readonly dockerImageManifestMediaType?: string;
  readonly dockerImageConfig?: string;
  readonly dockerImageManifests?: readonly ImageManifestEntry[];
}
