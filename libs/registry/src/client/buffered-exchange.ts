import type { Dispatcher } from 'undici';
import { abortError, RegistryError } from '../registry-error.js';
import type { HttpHeaders, HttpRequest, HttpResponse } from './http-message.js';
import { transportFailure } from './transport-failure.js';

/**
 * One request and its whole answer, in bounded memory and time.
 *
 * Takes undici's callbacks rather than a stream: an answer is a few kilobytes, and a stream costs more than they do.
 */
export function bufferedExchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  timeoutMs: number,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const exchange = new BufferedExchange(request, timeoutMs, resolve, reject);
    if (exchange.over) return;
    const { url, method, headers } = request;
    dispatcher.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method, headers: { ...headers } },
      exchange,
    );
  });
}

/** An error page may be long; its beginning says what is wrong. */
const MAX_ERROR_BYTES = 65_536;

class BufferedExchange implements Dispatcher.DispatchHandler {
  over = false;
  private readonly timer: NodeJS.Timeout;
  private readonly signal: AbortSignal | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: HttpHeaders = {};
  private chunks: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly request: HttpRequest,
    timeoutMs: number,
    private readonly resolve: (response: HttpResponse) => void,
    private readonly reject: (error: RegistryError) => void,
  ) {
    const { host } = request.url;
    this.timer = setTimeout(() => {
      this.fail(new RegistryError('timed-out', `registry ${host} did not answer in time`, { host, temporary: true }));
    }, timeoutMs);
    this.signal = request.signal;
    this.signal?.addEventListener('abort', this.onAbort, { once: true });
    if (this.signal?.aborted) this.onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Given up while it waited for a connection.
    if (this.over) controller.abort(new Error('no longer wanted'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: HttpHeaders): void {
    if (statusCode < 200 || this.over) return;
    this.status = statusCode;
    this.headers = headers;
    const announced = Number(headers['content-length'] ?? 0);
    if (!this.isError() && this.request.method === 'GET' && announced > this.request.maxBytes)
      this.fail(this.tooLarge());
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.over) return;
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.isError() && this.size > MAX_ERROR_BYTES) this.finish(true);
    else if (!this.isError() && this.size > this.request.maxBytes) this.fail(this.tooLarge());
  }

  onResponseEnd(): void {
    if (!this.over) this.finish(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.fail(transportFailure(error, this.request.url));
  }

  private finish(cutShort: boolean): void {
    this.end();
    // Copied even when it is one piece: the piece would keep the socket's whole read buffer in memory.
    this.resolve({ status: this.status, headers: this.headers, body: Buffer.concat(this.chunks) });
    if (cutShort) this.controller?.abort(new Error('enough was read'));
  }

  private fail(error: RegistryError): void {
    if (this.over) return;
    this.end();
    this.reject(error);
    this.controller?.abort(error);
  }

  private end(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    if (this.signal !== undefined) this.fail(abortError(this.signal));
  };

  private isError(): boolean {
    return this.status >= 300;
  }

  private tooLarge(): RegistryError {
    const { host } = this.request.url;
    const limit = this.request.maxBytes;
    return new RegistryError('too-large', `registry ${host} sent more than ${limit} bytes`, { host });
  }
}
