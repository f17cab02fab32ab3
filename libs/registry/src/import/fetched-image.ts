import type { Descriptor, IndexEntry } from '../manifests/manifest.js';
import type { ManifestMediaType } from '../manifests/media-types.js';
import type { Digest } from '../references/digest.js';
import type { RegistryError } from '../registry-error.js';

/** What to do with a manifest list or index: import one platform's image, or the list with all its images. */
export type ImportMode = 'Legacy' | 'PreserveOriginal';

/** An image as a registry delivered it, complete and verified. */
export interface FetchedImage {
  readonly manifest: {
    readonly mediaType: ManifestMediaType;
    /** The name of the image. */
    readonly digest: Digest;
    readonly text: string;
  };
  /** Absent for schema 1, which has none, and for a list. */
  readonly config?: { readonly digest: Digest; readonly text: string };
  /** The base layer first; of a list none. Schema 1 layers have their measured sizes. */
  readonly layers: readonly Descriptor[];
  /** Which entry of which list this image is, when the reference named a list and the mode is `Legacy`. */
  readonly platformChoice?: PlatformChoice;
  /** The entries of a list, in its order (mode `PreserveOriginal`). */
  readonly list?: readonly IndexEntry[];
  /** The images of those entries, in the same order. */
  readonly children?: readonly FetchedImage[];
  /** Which places were tried; the last one delivered. */
  readonly attempts: readonly SourceAttempt[];
}

export interface PlatformChoice {
  /** The list that the reference named. */
  readonly list: { readonly digest: Digest; readonly mediaType: ManifestMediaType };
  readonly chosen: IndexEntry;
  /** Which rule decided. */
  readonly because: 'preferred' | 'linux/amd64' | 'first';
}

/** One place that was asked for an image. */
export interface SourceAttempt {
  /** The reference as it was asked for there. */
  readonly reference: string;
  readonly isMirror: boolean;
  /** Absent when it delivered. */
  readonly error?: RegistryError;
}
