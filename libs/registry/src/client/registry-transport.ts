import { createSecureContext, rootCertificates } from 'node:tls';
import { Agent } from 'undici';
import { NO_TRACER, type Tracer } from '#lib/tracing';
import { RegistryError } from '../registry-error.js';
import { EgressRules, type EgressConfiguration } from '../rules/egress-rules.js';
import { bufferedExchange } from './buffered-exchange.js';
import { HostSlots } from './host-slots.js';
import { header, type HttpRequest, type HttpResponse } from './http-message.js';
import { KnownHosts } from './known-hosts.js';
import { defaultRetryPolicy, withRetries, type RetryPolicy } from './retry.js';

export interface RegistryTransportOptions {
  readonly egress?: EgressConfiguration;
  readonly timeouts?: Partial<TransportTimeouts>;
  readonly retry?: Partial<RetryPolicy>;
  /** Requests that run at once against one host. More does not make a registry faster, and some throttle. */
  readonly maxConcurrentRequestsPerHost?: number;
  /** Trusted besides the certificates that Node.js brings, in PEM. */
  readonly caCertificates?: readonly string[];
  /** Each request becomes a span, without its path: that may hold credentials where a redirect leads. */
  readonly tracer?: Tracer | undefined;
}

export interface TransportTimeouts {
  /** Milliseconds until a TCP and TLS connection must stand. */
  readonly connectMs: number;
  /** Milliseconds for one request with its whole answer, the wait for a free slot not counted. */
  readonly requestMs: number;
}

/**
 * The connections to registries. One for the whole process: it keeps connections alive and the number of requests a
 * host in bounds, whoever asks.
 */
export class RegistryTransport {
  readonly egress: EgressRules;
  readonly knownHosts = new KnownHosts((request) => this.probe(request));
  private readonly timeouts: TransportTimeouts;
  private readonly retry: RetryPolicy;
  private readonly slots: HostSlots;
  private readonly verifying: Agent;
  private readonly trusting: Agent;
  private readonly tracer: Tracer;

  constructor(options: RegistryTransportOptions = {}) {
    this.tracer = options.tracer ?? NO_TRACER;
    const connections = options.maxConcurrentRequestsPerHost ?? 16;
    this.egress = new EgressRules(options.egress);
    this.timeouts = { connectMs: 10_000, requestMs: 30_000, ...options.timeouts };
    this.retry = { ...defaultRetryPolicy, ...options.retry };
    this.slots = new HostSlots(connections);
    const agent = { connections, keepAliveTimeout: 15_000, headersTimeout: 0, bodyTimeout: 0 };
    const timeout = this.timeouts.connectMs;
    // One context for all connections: reading the certificates anew for each takes milliseconds.
    const trusted = options.caCertificates ?? [];
    const secureContext = createSecureContext(trusted.length > 0 ? { ca: [...rootCertificates, ...trusted] } : {});
    this.verifying = new Agent({ ...agent, connect: { timeout, secureContext } });
    this.trusting = new Agent({ ...agent, connect: { timeout, rejectUnauthorized: false } });
  }

  /**
   * Sends a request, again if the trouble may pass, and follows redirects.
   *
   * @throws RegistryError; an HTTP error status is an answer, not an error.
   */
  send(request: HttpRequest): Promise<HttpResponse> {
    return withRetries(this.retry, request.signal, () => this.followRedirects(request));
  }

  /** Sends a request once, to find out what answers. */
  async probe(request: HttpRequest): Promise<HttpResponse> {
    if (!this.egress.allows(request.url)) throw refused(request.url);
    const giveBack = await this.slots.take(request.url.origin, request.signal);
    try {
      return await (this.tracer.isOn ? this.traced(request) : this.exchange(request));
    } finally {
      giveBack();
    }
  }

  /** Ends all connections, busy ones too. */
  async close(): Promise<void> {
    await Promise.all([this.verifying.destroy(), this.trusting.destroy()]);
  }

  private exchange(request: HttpRequest): Promise<HttpResponse> {
    return bufferedExchange(request.insecure ? this.trusting : this.verifying, request, this.timeouts.requestMs);
  }

  private traced(request: HttpRequest): Promise<HttpResponse> {
    const attributes = { 'http.request.method': request.method, 'server.address': request.url.host };
    return this.tracer.span('registry request', { kind: 'client', attributes }, async (span) => {
      const response = await this.exchange(request);
      span.set({ 'http.response.status_code': response.status });
      return response;
    });
  }

  private async followRedirects(original: HttpRequest): Promise<HttpResponse> {
    let request = original;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await this.probe(request);
      if (!REDIRECTS.has(response.status)) return response;
      request = this.redirected(request, header(response.headers, 'location'));
    }
    const { host } = original.url;
    throw new RegistryError('unexpected-answer', `registry ${host} redirects more than ${MAX_REDIRECTS} times`, {
      host,
    });
  }

  private redirected(request: HttpRequest, location: string | undefined): HttpRequest {
    const { host } = request.url;
    const url =
      location !== undefined && URL.canParse(location, request.url.href) ? new URL(location, request.url) : undefined;
    if (url === undefined) throw new RegistryError('malformed', `registry ${host} redirects to nowhere`, { host });
    if (!this.egress.allowsPointer(url)) throw refused(url, host);
    if (request.url.protocol === 'https:' && url.protocol === 'http:' && !request.insecure) {
      throw new RegistryError('blocked', `registry ${host} redirects to HTTP without TLS`, { host });
    }
    if (url.origin === request.url.origin) return { ...request, url };
    // Credentials are for the host that asked for them, and for no other.
    const headers = Object.entries(request.headers).filter(([name]) => name !== 'authorization');
    return { ...request, url, headers: Object.fromEntries(headers) };
  }
}

/** Registry, its storage, and a content network before it: three would do. */
const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const refused = (url: URL, pointedOutBy?: string): RegistryError =>
  new RegistryError(
    'blocked',
    pointedOutBy === undefined
      ? `contacting ${url.host} is not allowed here`
      : `registry ${pointedOutBy} points to ${url.host}, which may not be contacted from here`,
    { host: url.host },
  );
