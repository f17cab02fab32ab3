import type { ImportCompleted, ImportFailed, ImportRequested } from '#lib/events';

/** Note that an import was asked for. */
export type RequestImport = { readonly type: 'RequestImport' } & ImportRequested['data'];

/** Note how an import ended that was carried out and written. */
export type CompleteImport = { readonly type: 'CompleteImport' } & Pick<
  ImportCompleted['data'],
  'outcomes' | 'additionalTags' | 'durationMs'
>;

/** Note that an import was given up or refused: nothing of it shows. */
export type FailImport = { readonly type: 'FailImport' } & Pick<ImportFailed['data'], 'reason' | 'message'>;

export type ImportCommand = RequestImport | CompleteImport | FailImport;
