import type { TagImportPolicy, TagReferencePolicy } from '#lib/events';

/** Who wanted an import: a client, a spec tag that changed, or the schedule. */
export type ImportTrigger = 'request' | 'spec' | 'schedule';

interface Imported {
  readonly importPolicy: TagImportPolicy;
  readonly referencePolicy: TagReferencePolicy;
  /** Leave manifest and configuration in the images of the outcome, where they are not stored anyway. */
  readonly includeManifest: boolean;
}

/** One image to import. */
export interface ImageImport extends Imported {
  /** Pull spec. */
  readonly from: string;
  /** Tag to write; absent where the image is only looked up. */
  readonly to?: string;
}

/** A whole repository to import, each of its tags as a tag of the same name. */
export interface RepositoryImport extends Imported {
  /** Pull spec without tag and digest. */
  readonly from: string;
}

/** What to fetch from other registries into one stream. */
export interface ImportRequest {
  readonly uid: string;
  readonly namespace: string;
  /** The stream. */
  readonly stream: string;
  readonly trigger: ImportTrigger;
  readonly images: readonly ImageImport[];
  readonly repository?: RepositoryImport;
}
