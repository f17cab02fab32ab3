import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCertificate } from './access.js';

/** A request as it came from the network. */
export interface ApiRequest {
  readonly method: string;
  /** Path, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Every value of every header by itself. */
  readonly distinctHeaders?: Readonly<Partial<Record<string, readonly string[]>>>;
  readonly clientCertificate?: ClientCertificate | undefined;
  readonly body: Buffer | undefined;
  readonly sourceAddress: string;
  readonly requestId: string;
  /** Trace context that the server itself gives the request, in place of what the client sent. */
  readonly traceparent?: string | undefined;
}

/** What the server has to say, but for lists and watches, which are written as they come. */
export interface ApiResponse {
  readonly code: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export const JSON_TYPE = 'application/json';

export const jsonResponse = (code: number, value: object): ApiResponse => ({ code, body: JSON.stringify(value) });
