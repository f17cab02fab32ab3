import { createServer, type Server as TlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { answering, NO_TRACER, within, type Tracer } from '#lib/tracing';
import { ErrorCodecs, type AnyErrorCodec } from '../contract/error-codec.js';
import { ServiceCallError } from '../contract/service-call-error.js';
import { commonName, secured, type CurrentIdentity } from '../wire/peer-identity.js';
import { CallContext } from './call-context.js';
import { ServerConnection, type ReceivedCall } from './server-connection.js';

export interface ServiceServerOptions {
  /** What the service calls itself. */
  readonly service: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly identity: CurrentIdentity;
  /** Milliseconds between two looks whether that was renewed. */
  readonly renewMs?: number;
  /** Common names of the certificates of those who may call. */
  readonly allowedNames: readonly string[];
  /** Calls that are worked on at once, of all clients, and of one connection. */
  readonly maxInFlight: number;
  readonly maxInFlightPerConnection: number;
  /** Longest message, in either direction. */
  readonly maxBytes: number;
  /** Errors of the contexts that are served. */
  readonly errors?: readonly AnyErrorCodec[];
  readonly silenceMs?: number;
  readonly clock?: () => number;
  /** Follows each call. */
  readonly tracer?: Tracer;
  /** Told how each call ended; `code` is `ok` or what was refused. */
  readonly onCall?: (call: { readonly pattern: string; readonly code: string; readonly seconds: number }) => void;
  /** Told of errors that are kept from the caller, with the request that they came up with. */
  readonly onError?: (error: unknown, call: { readonly pattern: string; readonly requestId?: string }) => void;
  /** Told whom a connection was refused, and why. */
  readonly onRefused?: (why: string) => void;
}

/** A certificate must be there by then. */
const HANDSHAKE_MS = 5_000;
/** A client pings more often than that. */
const SILENCE_MS = 15_000;
const RENEW_MS = 60_000;
/** Of all calls together: many small ones, or a few of the largest. */
const MAX_BYTES_IN_FLIGHT = 256 * 1024 * 1024;
const MAX_CONNECTIONS = 1_024;

/**
 * Serves calls over TCP with mutual TLS, as a transport of Nest. Nest's own parses what anybody sends, without bounds and
 * deadlines; this one reads nothing before it knows the certificate of whoever calls.
 */
export class ServiceServer extends Server implements CustomTransportStrategy {
  private readonly connections = new Set<ServerConnection>();
  private readonly codecs: ErrorCodecs;
  private server: TlsServer | undefined;
  private renewing: NodeJS.Timeout | undefined;
  private calls = 0;
  private bytes = 0;

  constructor(private readonly options: ServiceServerOptions) {
    super();
    this.codecs = new ErrorCodecs(options.errors);
  }

  /** Calls that are worked on now. */
  get inFlight(): number {
    return this.calls;
  }

  /** Where it listens; known once it does. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = (this.server?.address() ?? { address: '', port: 0 }) as AddressInfo;
    return { host: address, port };
  }

  listen(callback: (error?: unknown) => void): void {
    const { identity, renewMs = RENEW_MS, host, port } = this.options;
    const server = createServer({
      ...secured(identity()),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: HANDSHAKE_MS,
    });
    server.maxConnections = MAX_CONNECTIONS;
    server.on('secureConnection', (socket) => {
      const caller = commonName(socket.getPeerCertificate());
      if (!this.options.allowedNames.includes(caller)) {
        this.options.onRefused?.(`"${caller}" may not call the ${this.options.service}`);
        socket.destroy();
        return;
      }
      this.open(new ServerConnection(socket, this.connectionOptions(caller)), socket);
    });
    server.on('tlsClientError', (error, socket) => {
      // What is wrong with a certificate stands there, and not in the error, which only says that the connection ended.
      const { authorizationError } = socket as { readonly authorizationError?: unknown };
      this.options.onRefused?.(typeof authorizationError === 'string' ? authorizationError : error.message);
    });
    server.once('error', callback);
    server.listen({ host, port }, () => {
      server.off('error', callback);
      callback();
    });
    // For connections to come; those that are open stay.
    this.renewing = setInterval(() => server.setSecureContext(secured(identity())), renewMs).unref();
    this.server = server;
  }

  /** Answers what it has taken, and takes nothing more. */
  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    clearInterval(this.renewing);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.connections) connection.leave();
    await closed;
  }

  on(): never {
    throw new Error('a service has no events');
  }

  unwrap<T>(): T {
    return this.server as T;
  }

  private open(connection: ServerConnection, socket: { once(event: 'close', listener: () => void): unknown }): void {
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
    if (this.server?.listening === false) connection.leave();
  }

  private connectionOptions(caller: string): ConstructorParameters<typeof ServerConnection>[1] {
    const { service, maxInFlightPerConnection, maxBytes, silenceMs = SILENCE_MS, clock = Date.now } = this.options;
    return {
      hello: { service, maxInFlight: maxInFlightPerConnection, maxBytes },
      caller,
      silenceMs,
      clock,
      admit: (bytes) => this.admit(bytes),
      run: (call, from, signal) => this.run(call, from, signal),
      describe: (error) => this.describe(error),
    };
  }

  private admit(bytes: number): (() => void) | undefined {
    if (this.calls >= this.options.maxInFlight || this.bytes + bytes > MAX_BYTES_IN_FLIGHT) return undefined;
    this.calls++;
    this.bytes += bytes;
    return () => {
      this.calls--;
      this.bytes -= bytes;
    };
  }

  private async run(
    { pattern, envelope, request }: ReceivedCall,
    caller: string,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const begun = performance.now();
    let code = 'ok';
    try {
      const handler = this.getHandlerByPattern(pattern);
      if (handler === null) throw new UnknownCall(`the service knows no ${pattern}`);
      const { tracer = NO_TRACER } = this.options;
      return await tracer.span(pattern, answering(pattern, envelope.context.traceparent), async (span) => {
        const traced = { ...envelope, context: within(envelope.context, span) };
        const result: unknown = await handler(request, new CallContext(traced, caller, signal));
        const answer: unknown = isObservable(result) ? await lastValueFrom(result, { defaultValue: null }) : result;
        return Buffer.from(JSON.stringify(answer ?? null));
      });
    } catch (failure) {
      const error = failure instanceof ServiceCallError && !isOwn(failure) ? incomplete(failure) : failure;
      code = this.codeOf(error);
      if (code === 'internal') {
        const { requestId } = envelope.context;
        this.options.onError?.(error, { pattern, ...(requestId === undefined ? {} : { requestId }) });
      }
      throw error;
    } finally {
      this.options.onCall?.({ pattern, code, seconds: (performance.now() - begun) / 1_000 });
    }
  }

  private codeOf(error: unknown): string {
    if (error instanceof Error && this.codecs.encode(error) !== undefined) {
      return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    }
    return 'internal';
  }

  private describe(error: unknown): Buffer {
    const hidden = new ServiceCallError('internal', `the ${this.options.service} failed`);
    return Buffer.from(JSON.stringify(this.codecs.encode(error) ?? this.codecs.encode(hidden)));
  }
}

/** What a handler threw came up behind this service: for whoever calls this one, its call was begun. */
const incomplete = ({ message }: ServiceCallError): ServiceCallError => new ServiceCallError('incomplete', message);

class UnknownCall extends ServiceCallError {
  constructor(message: string) {
    super('unknown-call', message);
  }
}

const isOwn = (error: ServiceCallError): boolean => error instanceof UnknownCall;
