import type { ImportProgress } from './importer/import-progress.js';
import type { ImportTrigger } from './import-request.js';

/** Which import something is said about. */
export interface ImportIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly stream: string;
  readonly trigger: ImportTrigger;
}

/** How an import ended. */
export interface ImportReport extends ImportIdentity {
  /** `looked` wrote nothing because it was not meant to, `unchanged` because there was nothing new. */
  readonly result: 'changed' | 'unchanged' | 'looked' | 'failed';
  /** Images that were found, and images that were not. */
  readonly found: number;
  readonly missing: number;
  readonly durationMs: number;
  /** Why it failed as a whole. */
  readonly error?: unknown;
}

/** Who is told what imports do, to log and to count it. */
export interface ImportObserver {
  /** At most once a second for each import. */
  readonly progress?: (subject: ImportIdentity, progress: ImportProgress) => void;
  readonly finished?: (report: ImportReport) => void;
  /** A background import of a stream failed as a whole, and is tried again. */
  readonly retrying?: (stream: string, attempt: number, error: unknown) => void;
  /** Following the log broke off, and begins again. */
  readonly followingFailed?: (error: unknown) => void;
}

/** Injection token of the {@link ImportObserver}. */
export const IMPORT_OBSERVER = Symbol('ImportObserver');
