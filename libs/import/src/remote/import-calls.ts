import { call } from '#lib/remoting';
import type { WireStream } from '#lib/stream';
import type { ImportFindings } from '../import-outcome.js';
import type { ImportRequest } from '../import-request.js';
import type { RunOptions } from '../imports.js';
import type { PullSecretText } from '../importer/pull-credentials.js';
import type { PushOutcome } from '../notifications/notified-pushes.js';
import type { NotifiedPush } from '../notifications/registry-notification.js';

/** What the import service can be asked to do. */
export const IMPORT_CALLS = {
  run: call<ImportRunRequest, ImportRunAnswer>('import.run'),
  push: call<{ readonly push: NotifiedPush }, PushOutcome>('import.push'),
} as const;

export interface ImportRunRequest {
  readonly request: ImportRequest;
  readonly mode: NonNullable<RunOptions['mode']>;
  /** Version that the stream must have. */
  readonly version?: number;
  /** How many items of a tag's history are looked at. */
  readonly items: number;
}

export interface ImportRunAnswer {
  /** Without the places that were asked. */
  readonly findings: ImportFindings;
  readonly stream?: { readonly state: WireStream; readonly version: number };
  readonly changed: boolean;
}

/** What the import service asks of those who keep the pull secrets. */
export const PULL_SECRET_CALLS = {
  of: call<{ readonly namespace: string }, readonly PullSecretText[]>('pull-secrets.of', { idempotent: true }),
} as const;
