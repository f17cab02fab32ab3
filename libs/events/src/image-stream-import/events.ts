import type { DomainEvent } from '../event.js';

/** One image or repository that an import was asked for. */
export interface ImportSource {
  readonly from: string;
  /** Tag to write; absent where the image is only looked up. */
  readonly to?: string;
}

/** How one image of an import ended. */
export interface ImportOutcome {
  readonly from: string;
  readonly tag?: string;
  /** Digest of what was found. */
  readonly image?: string;
  /** Reason and message of a failure; absent on success. */
  readonly failure?: { readonly reason: string; readonly message: string };
}

interface OfStream {
  readonly uid: string;
  readonly namespace: string;
  /** The stream that the import writes. */
  readonly name: string;
}

export type ImportRequested = DomainEvent<
  'ImportRequested',
  OfStream & {
    /** Asked for by a client, by a changed spec tag, or by the schedule. */
    readonly trigger: 'request' | 'spec' | 'schedule';
    readonly images: readonly ImportSource[];
    readonly repository?: string;
  }
>;

/** The import ran to its end; some of its images may have failed. */
export type ImportCompleted = DomainEvent<
  'ImportCompleted',
  OfStream & {
    readonly outcomes: readonly ImportOutcome[];
    /** Tags of the repository that were not tried because of the limit. */
    readonly additionalTags: number;
    readonly durationMs: number;
  }
>;

/** The import could not be written: nothing of it shows. */
export type ImportFailed = DomainEvent<
  'ImportFailed',
  OfStream & { readonly reason: string; readonly message: string }
>;

export type ImageStreamImportEvent = ImportRequested | ImportCompleted | ImportFailed;
