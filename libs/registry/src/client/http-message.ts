/** One request to one host. Only reading is needed: this library never writes to a registry. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** An answer with a longer body is refused. */
  readonly maxBytes: number;
  /** Whether a certificate that is not trusted is fine. */
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** The whole body; of an error answer no more than its beginning. */
  readonly body: Buffer;
}

/** Names in lower case. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The (first) value of a header. */
export function header(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}

/** All values of a header that may be sent more than once. */
export function headerValues(headers: HttpHeaders, name: string): readonly string[] {
  const value = headers[name];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** Something that answers requests: the transport itself, or a step in front of it. */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;
