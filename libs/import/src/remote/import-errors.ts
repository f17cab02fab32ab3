import { errorCodec, type AnyErrorCodec } from '#lib/remoting';
import { STREAM_ERRORS } from '#lib/stream';
import { ImportInterruptedError } from '../importer/deadline.js';

/** What imports end with: what streams refuse, and that they were stopped. */
export const IMPORT_ERRORS: readonly AnyErrorCodec[] = [
  ...STREAM_ERRORS,
  errorCodec<ImportInterruptedError, null>({
    name: 'ImportInterruptedError',
    type: ImportInterruptedError,
    encode: () => null,
    decode: () => new ImportInterruptedError(),
  }),
];
