import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came from the network. */
export interface ApiRequest {
  readonly method: string;
  /** Path, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | undefined;
  readonly sourceAddress: string;
  readonly requestId: string;
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
