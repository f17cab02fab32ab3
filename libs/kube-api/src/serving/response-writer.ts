import type { ServerResponse } from 'node:http';
import { pipeline, type Writable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { JSON_TYPE, type ApiResponse } from './api-request.js';

/** Pieces smaller than this are gathered before they are written. */
const GATHERED = 64 * 1024;
/** Answers from this size on are compressed for clients that take it; for smaller ones it costs more than it saves. */
const COMPRESSED = 128 * 1024;

/** The answer was not wanted any more. */
export class ClientGoneError extends Error {
  constructor() {
    super('the client closed the connection');
    this.name = 'ClientGoneError';
  }
}

/** Writes an answer that is there as a whole. */
export function writeResponse(
  response: ServerResponse,
  { code, contentType, headers, body }: ApiResponse,
  isGzipAccepted = false,
): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const type = { 'content-type': contentType ?? JSON_TYPE };
  if (isGzipAccepted && length >= COMPRESSED) {
    response.writeHead(code, { ...type, ...headers, ...GZIP_HEADERS, vary: varying(headers?.['vary']) });
    compressed(response).end(body);
    return;
  }
  response.writeHead(code, { ...type, 'content-length': length, ...headers });
  response.end(body);
}

/**
 * Writes a long answer in pieces, no faster than the client takes them. An answer that turns out short is sent as a
 * whole, with its length.
 */
export class PieceWriter {
  private pieces: (string | Buffer)[] = [];
  private size = 0;
  private output: Writable | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly contentType: string,
    private readonly isGzipAccepted: boolean,
  ) {}

  async write(piece: string | Buffer): Promise<void> {
    this.pieces.push(piece);
    this.size += piece.length;
    // Whether an answer is worth compressing shows a little later than whether it is long.
    const enough = this.isGzipAccepted && this.output === undefined ? COMPRESSED : GATHERED;
    if (this.size >= enough) await this.flush();
  }

  async end(): Promise<void> {
    if (this.output === undefined) {
      writeResponse(this.response, { code: 200, contentType: this.contentType, body: gathered(this.pieces) });
      return;
    }
    if (this.pieces.length > 0) await this.flush();
    this.output.end();
  }

  private async flush(): Promise<void> {
    if (this.response.destroyed) throw new ClientGoneError();
    this.output ??= this.begin();
    const taken = this.output.write(gathered(this.pieces));
    this.pieces = [];
    this.size = 0;
    if (!taken) await drained(this.output);
  }

  private begin(): Writable {
    const { response, contentType } = this;
    const type = { 'content-type': contentType };
    response.writeHead(200, this.isGzipAccepted ? { ...type, ...GZIP_HEADERS, vary: varying() } : type);
    return this.isGzipAccepted ? compressed(response) : response;
  }
}

const GZIP_HEADERS = { 'content-encoding': 'gzip' } as const;

const varying = (already?: string): string => [already, 'Accept-Encoding'].filter(Boolean).join(', ');

/** What is written here reaches the client compressed: quickly rather than well. */
function compressed(response: ServerResponse): Writable {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  // Ends with the response or with the connection; whoever writes finds out by itself that nobody reads any more.
  pipeline(gzip, response, () => undefined);
  return gzip;
}

/** Resolves when more can be written, or when nobody wants it any more. */
function drained(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      output.off('drain', done);
      output.off('close', done);
      resolve();
    };
    output.on('drain', done);
    output.on('close', done);
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
