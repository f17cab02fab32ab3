import type { ServerResponse } from 'node:http';
import { JSON_TYPE, type ApiResponse } from './api-request.js';

/** Pieces smaller than this are gathered before they are written. */
const GATHERED = 64 * 1024;

/** The answer was not wanted any more. */
export class ClientGoneError extends Error {
  constructor() {
    super('the client closed the connection');
    this.name = 'ClientGoneError';
  }
}

export function writeResponse(response: ServerResponse, { code, contentType, headers, body }: ApiResponse): void {
  response.writeHead(code, {
    'content-type': contentType ?? JSON_TYPE,
    'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.length,
    ...headers,
  });
  response.end(body);
}

/**
 * Writes a long answer in pieces, no faster than the client takes them. An answer that turns out short is sent as a
 * whole, with its length.
 */
export class PieceWriter {
  private pieces: (string | Buffer)[] = [];
  private size = 0;

  constructor(private readonly response: ServerResponse) {}

  async write(piece: string | Buffer): Promise<void> {
    this.pieces.push(piece);
    this.size += piece.length;
    if (this.size >= GATHERED) await this.flush();
  }

  async end(): Promise<void> {
    if (!this.response.headersSent) {
      writeResponse(this.response, { code: 200, body: gathered(this.pieces) });
      return;
    }
    if (this.pieces.length > 0) await this.flush();
    this.response.end();
  }

  private async flush(): Promise<void> {
    const { response } = this;
    if (response.destroyed) throw new ClientGoneError();
    if (!response.headersSent) response.writeHead(200, { 'content-type': JSON_TYPE });
    const taken = response.write(gathered(this.pieces));
    this.pieces = [];
    this.size = 0;
    if (!taken) await drained(response);
  }
}

/** Resolves when more can be written, or when nobody wants it any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

function gathered(pieces: readonly (string | Buffer)[]): Buffer {
  const runs: Buffer[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    if (text !== '') runs.push(Buffer.from(text));
    text = '';
    runs.push(piece);
  }
  if (text !== '') runs.push(Buffer.from(text));
  return runs.length === 1 ? (runs[0] as Buffer) : Buffer.concat(runs);
}
