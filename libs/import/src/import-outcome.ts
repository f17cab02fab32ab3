import type { ImageContent } from '#lib/events';
import type { PlatformChoice, SourceAttempt } from '#lib/registry';
import type { ImportFailure } from './importer/import-failure.js';

/** An image as an import found it. */
export interface ImportedImage {
  /** Its digest. */
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly content: ImageContent;
}

/** What became of one image. */
export interface ImageOutcome {
  /** Tag that was asked for in the registry; absent for a digest. */
  readonly tag?: string;
  readonly result: FoundImage | { readonly kind: 'failed'; readonly failure: ImportFailure };
}

export interface FoundImage {
  readonly kind: 'found';
  readonly image: ImportedImage;
  /** The images of all platforms, for a manifest list that is kept as it is. */
  readonly manifests: readonly ImportedImage[];
  /** Which image of which list this is. */
  readonly platformChoice?: PlatformChoice;
  /** Which places were asked; the last one delivered. */
  readonly attempts: readonly SourceAttempt[];
}

/** What became of a repository. */
export interface RepositoryOutcome {
  /** Why its tags could not be listed, or how many of them could not be imported. */
  readonly failure?: ImportFailure;
  /** One entry for each tag that was tried, in order of priority. */
  readonly images: readonly ImageOutcome[];
  /** Tags beyond the limit. */
  readonly additionalTags: readonly string[];
}

/** What an import found, before anything of it is written. */
export interface ImportFindings {
  /** As many as were asked for, in the same order. */
  readonly images: readonly ImageOutcome[];
  readonly repository?: RepositoryOutcome;
}
