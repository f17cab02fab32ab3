import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { acceptsGzip } from '../negotiation/content-encoding.js';
import { isFlagSet } from '../selection/list-options.js';
import { ApiError, forbidden, internalError, unauthorized } from '../status.js';
import type { RequestContext, RequestUser } from '../storage/request-context.js';
import type { Access, AccessControl } from './access.js';
import { jsonResponse, type ApiRequest, type ApiResponse } from './api-request.js';
import { impersonates, impersonationOf } from './impersonation.js';
import { parseRequest, type RequestInfo } from './request-info.js';
import { handleResource } from './resource-handler.js';
import { noSuchResource, type ResourceRegistry, type Target } from './resource-registry.js';
import { ClientGoneError, writeResponse } from './response-writer.js';

const DEFAULT_TIMEOUT_MS = 60_000;
const LONG_RUNNING_TIMEOUT_MS = 5 * 60_000;
const MAX_TIMEOUT_MS = 60 * 60_000;
/** A longer warning would break clients that read headers. */
const MAX_WARNING = 2_000;

/** Answers a path that is no resource: discovery, OpenAPI, version. */
export type PathHandler = (
  request: ApiRequest,
  /** Who asks; made when it is asked for. */
  context: () => RequestContext,
) => ApiResponse | Promise<ApiResponse> | undefined;

export interface ApiServerOptions {
  readonly resources: ResourceRegistry;
  readonly access: AccessControl;
  readonly paths: PathHandler;
  /** Version of the newest event. */
  readonly latestVersion: () => Promise<number>;
  /** Watches that are served at the same time; more are told to come back. */
  readonly maxWatches?: number;
  /** Wraps the serving of each request, to trace it. It must call `serve` once, with the request or one made from it. */
  readonly around?: (request: ApiRequest, serve: (request: ApiRequest) => Promise<Served>) => Promise<void>;
  /** Told of every request when it is answered. */
  readonly onServed?: (served: Served) => void;
  /** What clients are told when whatever is behind the resources fails in a way that is foreseen. */
  readonly explain?: (error: unknown, request: ApiRequest) => ApiError | undefined;
  /** Told of what nobody foresaw. */
  readonly onError?: (error: unknown, request: ApiRequest) => void;
}

export interface Served {
  readonly request: ApiRequest;
  readonly verb: string;
  readonly resource: string;
  readonly user: string;
  readonly code: number;
  readonly seconds: number;
}

/** Serves a Kubernetes API: finds out who asks, whether they may, what for, and has it done. */
export class ApiServer {
  private readonly stopping = new AbortController();
  private watches = 0;

  constructor(private readonly options: ApiServerOptions) {
    // Every watch listens for the end.
    setMaxListeners(0, this.stopping.signal);
  }

  /** Ends all watches; what is being written is still finished. */
  stop(): void {
    this.stopping.abort();
  }

  /** Watches that are open now. */
  get openWatches(): number {
    return this.watches;
  }

  async serve(request: ApiRequest, response: ServerResponse): Promise<void> {
    const { around } = this.options;
    if (around === undefined) await this.answered(request, response);
    else await around(request, (traced) => this.answered(traced, response));
  }

  private async answered(request: ApiRequest, response: ServerResponse): Promise<Served> {
    const started = process.hrtime.bigint();
    const call = new Call(request, response, this.stopping.signal);
    try {
      const answer = await this.answer(call);
      if (answer !== undefined) call.write(answer);
    } catch (error) {
      this.refuse(call, error);
    } finally {
      call.close();
    }
    const served = {
      request,
      verb: call.verb,
      resource: call.resource,
      user: call.user,
      code: response.statusCode,
      seconds: Number(process.hrtime.bigint() - started) / 1e9,
    };
    this.options.onServed?.(served);
    return served;
  }

  private async answer(call: Call): Promise<ApiResponse | undefined> {
    const { request, response } = call;
    const info = parseRequest(request.method, request.path, isFlagSet(request.query, 'watch') ?? false);
    const user = await this.user(request);
    call.describe(info, user);
    await this.authorize(info, user);
    if (info.kind === 'path') {
      const answer = await this.options.paths(request, () => call.context(user, DEFAULT_TIMEOUT_MS));
      if (answer === undefined) throw noSuchResource();
      return answer;
    }
    const target = this.options.resources.target(info);
    const context = call.context(user, info.verb === 'watch' ? Infinity : deadline(request, target));
    const { latestVersion } = this.options;
    const mayCreate = (): Promise<void> => this.authorize({ ...info, verb: 'create' }, user);
    const handled = (): Promise<ApiResponse | undefined> =>
      handleResource({ request, info, target, context, response, latestVersion, mayCreate });
    return info.verb === 'watch' ? this.watching(handled) : call.before(context.signal, handled());
  }

  private async user(request: ApiRequest): Promise<RequestUser> {
    const { headers, clientCertificate } = request;
    const { access } = this.options;
    const user = await access.authenticate({
      authorization: headers.authorization,
      clientCertificate,
      // Made only for whoever looks at them.
      get headers() {
        return request.distinctHeaders;
      },
    });
    if (user === undefined || user === 'rejected') throw unauthorized();
    const wanted = impersonates(headers) ? impersonationOf(request.distinctHeaders ?? {}, user, access) : undefined;
    if (wanted === undefined) return user;
    for (const need of wanted.needs) {
      const { allowed, reason } = await access.authorize(need);
      if (!allowed) throw forbidden({ group: need.group, resource: need.resource }, need.name, reason);
    }
    return wanted.user;
  }

  private async watching<T>(watch: () => Promise<T>): Promise<T> {
    if (this.watches >= (this.options.maxWatches ?? Infinity)) throw tooManyWatches();
    this.watches++;
    try {
      return await watch();
    } finally {
      this.watches--;
    }
  }

  private async authorize(info: RequestInfo, user: RequestUser): Promise<void> {
    const { allowed, reason } = await this.options.access.authorize(accessOf(info, user));
    if (allowed) return;
    if (info.kind === 'path') throw new ApiError('Forbidden', `forbidden: ${reason}`, {});
    throw forbidden({ group: info.group, resource: info.resource }, info.name, reason);
  }

  private refuse(call: Call, error: unknown): void {
    const { request, response } = call;
    if (error instanceof ClientGoneError || response.destroyed) return;
    const foreseen = error instanceof ApiError ? error : this.options.explain?.(error, request);
    if (foreseen === undefined) this.options.onError?.(error, request);
    if (response.headersSent) {
      // Half an answer is out already; only a broken connection tells the client that the rest is missing.
      response.destroy();
      return;
    }
    const status = (foreseen ?? internalError('unexpected error; the log has it')).toStatus();
    const retry = status.details?.retryAfterSeconds;
    call.write({
      ...jsonResponse(status.code, status),
      headers: retry === undefined ? {} : { 'retry-after': `${retry}` },
    });
  }
}

const accessOf = (info: RequestInfo, user: RequestUser): Access =>
  info.kind === 'path'
    ? { user, verb: info.verb, path: info.path }
    : {
        user,
        verb: info.verb,
        group: info.group,
        resource: info.resource,
        subresource: info.subresource,
        namespace: info.namespace ?? '',
        name: info.name,
      };

/** How long a request may take, in milliseconds; clients may ask for less, and for long-running ones for more. */
function deadline({ query }: ApiRequest, { definition }: Target): number {
  const fallback = definition.longRunning ? LONG_RUNNING_TIMEOUT_MS : DEFAULT_TIMEOUT_MS;
  const match = /^(\d{1,6})(ms|s|m|h)?$/.exec(query.get('timeout') ?? '');
  if (match === null) return fallback;
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1_000;
  const wanted = Number(match[1]) * unit;
  if (wanted === 0) return fallback;
  return Math.min(wanted, definition.longRunning ? MAX_TIMEOUT_MS : DEFAULT_TIMEOUT_MS);
}

/** One request on its way through the server. */
class Call {
  verb = '';
  resource = '';
  user = '';
  private readonly warnings = new Set<string>();
  private readonly gone = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly request: ApiRequest,
    readonly response: ServerResponse,
    private readonly stopping: AbortSignal,
  ) {
    response.once('close', this.onClose);
    stopping.addEventListener('abort', this.onStop);
  }

  describe(info: RequestInfo, user: RequestUser): void {
    this.user = user.name;
    this.verb = info.verb;
    this.resource = info.kind === 'path' ? '' : [info.resource, info.subresource].filter(Boolean).join('/');
  }

  context(user: RequestUser, timeoutMs: number): RequestContext {
    const { headers, requestId, sourceAddress } = this.request;
    const userAgent = headers['user-agent']?.slice(0, 512);
    const traceparent = this.request.traceparent ?? headers['traceparent'];
    if (timeoutMs !== Infinity) this.timer = setTimeout(() => this.gone.abort(TIMED_OUT), timeoutMs);
    return {
      user,
      requestId,
      sourceAddress,
      ...(userAgent === undefined ? {} : { userAgent }),
      ...(typeof traceparent === 'string' ? { traceparent: traceparent.slice(0, 128) } : {}),
      signal: this.gone.signal,
      warn: (text) => this.warnings.add(text),
    };
  }

  /** The result, or a refusal when the time is up before it is there. */
  async before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason === TIMED_OUT ? timedOut() : new ClientGoneError()), {
        once: true,
      });
      work.then(resolve, reject);
    });
  }

  write(answer: ApiResponse): void {
    if (this.response.destroyed || this.response.headersSent) return;
    const warnings = [...this.warnings].map(warningHeader);
    if (warnings.length > 0) this.response.setHeader('warning', warnings);
    writeResponse(this.response, answer, acceptsGzip(this.request));
  }

  close(): void {
    clearTimeout(this.timer);
    this.stopping.removeEventListener('abort', this.onStop);
    this.response.off('close', this.onClose);
  }

  private readonly onClose = (): void => this.gone.abort();

  private readonly onStop = (): void => {
    if (this.verb === 'watch') this.gone.abort();
  };
}

const tooManyWatches = (): ApiError =>
  new ApiError('TooManyRequests', 'too many watches are open, please try again later', { retryAfterSeconds: 5 });

const TIMED_OUT = Symbol('timed out');

const timedOut = (): ApiError =>
  new ApiError('Timeout', 'Timeout: request did not complete within the allotted timeout', {});

/** Clients print what is between the quotes, and cannot read anything but plain ASCII in one line. */
function warningHeader(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_WARNING);
  return `299 - "${plain.replace(/["\\]/g, '\\$&')}"`;
}
