import { ServiceCallError, type Envelope, type ServiceClient } from '#lib/remoting';
import { envelopeOf, streamOfWire, type StreamCaller } from '#lib/stream';
import type { ImportRequest } from '../import-request.js';
import type { ImportRun, Imports, RunOptions } from '../imports.js';
import { ImportInterruptedError } from '../importer/deadline.js';
import { IMPORT_CALLS } from './import-calls.js';

export interface RemoteImportOptions {
  /** Milliseconds that an import may take. */
  readonly deadlineMs: number;
  /** How many items of a tag's history are looked at. */
  readonly items: number;
}

/** Imports that a service runs. */
export class RemoteImportService implements Imports {
  constructor(
    private readonly client: ServiceClient,
    private readonly options: RemoteImportOptions,
  ) {}

  async run(request: ImportRequest, caller: StreamCaller, options: RunOptions = {}): Promise<ImportRun> {
    const { mode = 'write', precondition = {}, signal } = options;
    const { deadlineMs, items } = this.options;
    const envelope: Envelope = envelopeOf(caller);
    const sent = { request, mode, items, ...precondition };
    try {
      const answer = await this.client.call(IMPORT_CALLS.run, sent, envelope, { deadlineMs, signal });
      const { findings, stream, changed } = answer;
      return {
        findings,
        changed,
        ...(stream && { stream: { state: streamOfWire(stream.state), version: stream.version } }),
      };
    } catch (error) {
      if (error instanceof ServiceCallError && error.code === 'cancelled') throw new ImportInterruptedError();
      throw error;
    }
  }
}
