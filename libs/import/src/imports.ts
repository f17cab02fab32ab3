import type { Precondition } from '#lib/event-store';
import type { Position } from '#lib/events';
import type { ImageStream, StreamCaller } from '#lib/stream';
import type { ImportFindings } from './import-outcome.js';
import type { ImportRequest } from './import-request.js';

export interface RunOptions {
  /** `look` writes nothing; `dry-run` neither, but says what would become of the stream. Default `write`. */
  readonly mode?: 'write' | 'look' | 'dry-run';
  /** The caller wants to change no other version of the stream. Without one the results go to whatever it is by then. */
  readonly precondition?: Precondition;
  /** Ends the import without a trace on the stream. */
  readonly signal?: AbortSignal | undefined;
}

export interface ImportRun {
  readonly findings: ImportFindings;
  /** The stream after the import; absent when it only looked. */
  readonly stream?: { readonly state: ImageStream; readonly version: Position };
  /** Whether the stream was written. */
  readonly changed: boolean;
}

/** Runs imports, wherever that is done: in this process, or by a service that it calls. */
export interface Imports {
  /**
   * @throws Refusal where the stream refuses the results, is gone, or was never there for a background import.
   * @throws StaleVersionError when the precondition does not hold.
   * @throws ImportInterruptedError when the signal aborts before the images are fetched.
   */
  run(request: ImportRequest, caller: StreamCaller, options?: RunOptions): Promise<ImportRun>;
}

/** Nest token of the {@link Imports}. */
export const IMPORTS = Symbol('Imports');
