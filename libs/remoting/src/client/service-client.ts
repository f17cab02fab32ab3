import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { calling, NO_TRACER, within, type Tracer } from '#lib/tracing';
import type { AnswerOf, AnyCall, RequestOf } from '../contract/call.js';
import type { Envelope } from '../contract/envelope.js';
import { ErrorCodecs, type AnyErrorCodec, type WireError } from '../contract/error-codec.js';
import { ServiceCallError } from '../contract/service-call-error.js';
import type { CurrentIdentity } from '../wire/peer-identity.js';
import { resolveAddresses, type Address } from './addresses.js';
import { RemoteFailure, type ClientConnection } from './client-connection.js';
import { Instance } from './instance.js';

export interface ServiceClientOptions {
  /** Name of the service, which its certificate must have. */
  readonly service: string;
  /** Where its instances are; a name with several addresses is as many. */
  readonly addresses: readonly Address[];
  readonly identity: CurrentIdentity;
  /** Longest message, in either direction. */
  readonly maxBytes: number;
  /** Milliseconds that a call may take where it says nothing else. */
  readonly deadlineMs: number;
  /** Errors of the contexts that are called. */
  readonly errors?: readonly AnyErrorCodec[];
  readonly connectMs?: number;
  readonly pingMs?: number;
  /** Milliseconds between two looks for instances that came or went. */
  readonly resolveMs?: number;
  /** Milliseconds that a call waits for an instance to come back, such as one that is being restarted. */
  readonly waitMs?: number;
  readonly resolve?: (addresses: readonly Address[]) => Promise<readonly Address[]>;
  /** Follows each call. */
  readonly tracer?: Tracer;
  /** Told when an instance is lost, or still cannot be reached. */
  readonly onDisturbance?: (why: string) => void;
}

export interface CallOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Where that depends on what is asked for. */
  readonly idempotent?: boolean;
}

interface Sent extends CallOptions {
  readonly envelope: Envelope;
  readonly request: unknown;
  readonly idempotent: boolean;
}

const CONNECT_MS = 2_000;
const PING_MS = 2_000;
const RESOLVE_MS = 5_000;
const WAIT_MS = 2_000;
/** A call that was not begun is begun elsewhere, or later, so often. */
const MAX_ATTEMPTS = 5;

/**
 * Calls a service, as a client of Nest: over mutual TLS, to each of its instances in turn, within a deadline.
 *
 * Nest's own client has one socket to one address, and waits for an answer for ever.
 */
export class ServiceClient extends ClientProxy {
  private readonly instances = new Map<string, Instance>();
  private readonly codecs: ErrorCodecs;
  private readonly waiters = new Set<() => void>();
  private resolving: NodeJS.Timeout | undefined;
  private started: Promise<void> | undefined;
  private stopped = false;
  private turn = 0;
  private lastDisturbance = '';

  constructor(private readonly options: ServiceClientOptions) {
    super();
    this.codecs = new ErrorCodecs(options.errors);
  }

  /**
   * Asks the service, and waits for the answer.
   *
   * @throws ServiceCallError, and whatever the service refuses with.
   */
  async call<C extends AnyCall>(
    { pattern, idempotent }: C,
    request: RequestOf<C>,
    envelope: Envelope,
    options: CallOptions = {},
  ): Promise<AnswerOf<C>> {
    const { tracer = NO_TRACER } = this.options;
    return tracer.span(`call ${pattern}`, calling(pattern, envelope.context.traceparent), (span) => {
      const traced = { ...envelope, context: within(envelope.context, span) };
      const sent: Sent = { idempotent, ...options, envelope: traced, request };
      return firstValueFrom(this.send<AnswerOf<C>, Sent>(pattern, sent));
    });
  }

  /** Begins to connect. Does not wait for it: a service that is away is found out by who calls it. */
  async connect(): Promise<void> {
    if (this.started !== undefined) return this.started;
    const { resolveMs = RESOLVE_MS } = this.options;
    this.resolving = setInterval(() => void this.resolve(), resolveMs).unref();
    this.started = this.resolve();
    return this.started;
  }

  /** Whether an instance can be called now. */
  get isConnected(): boolean {
    return this.connections().length > 0;
  }

  async close(): Promise<void> {
    this.stopped = true;
    clearInterval(this.resolving);
    await Promise.all([...this.instances.values()].map((instance) => instance.stop()));
    this.wake();
  }

  unwrap<T>(): T {
    return this.connections() as T;
  }

  protected publish(packet: ReadPacket<Sent>, callback: (packet: WritePacket) => void): () => void {
    const controller = new AbortController();
    const { signal } = packet.data;
    const either = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]);
    this.run(packet.pattern as string, packet.data, either).then(
      (response: unknown) => callback({ response, isDisposed: true }),
      (err: unknown) => callback({ err }),
    );
    return () => controller.abort();
  }

  protected dispatchEvent(): Promise<never> {
    return Promise.reject(new Error('services are called, and told of no events'));
  }

  private async run(pattern: string, sent: Sent, signal: AbortSignal): Promise<unknown> {
    const { deadlineMs = this.options.deadlineMs, envelope, request, idempotent } = sent;
    const deadline = Date.now() + deadlineMs;
    const busy = new Set<ClientConnection>();
    for (let attempt = 1; ; attempt++) {
      const connection = await this.next(busy, deadline, signal);
      try {
        const answer = await connection.call({ pattern, envelope, request, deadline }, signal);
        return JSON.parse(answer.toString('utf8'));
      } catch (failure) {
        const error = failure instanceof RemoteFailure ? this.decode(failure) : failure;
        if (isBusy(error)) busy.add(connection);
        const again = isBusy(error) || isGone(error) || (idempotent && isLost(error));
        if (!again || attempt >= MAX_ATTEMPTS || Date.now() >= deadline) throw error;
      }
    }
  }

  /** The next instance in turn that can be called; waits a while where there is none. */
  private async next(
    busy: ReadonlySet<ClientConnection>,
    deadline: number,
    signal: AbortSignal,
  ): Promise<ClientConnection> {
    const { service, waitMs = WAIT_MS } = this.options;
    const until = Math.min(deadline, Date.now() + waitMs);
    for (;;) {
      if (signal.aborted) throw new ServiceCallError('cancelled', 'nobody waits for the answer');
      const open = this.connections();
      for (let tried = 0; tried < open.length; tried++) {
        const connection = open[this.turn++ % open.length];
        if (connection !== undefined && !connection.isFull && !busy.has(connection)) return connection;
      }
      if (open.length > 0) throw new ServiceCallError('busy', `the ${service} has as many calls as it can take`);
      const left = until - Date.now();
      if (left <= 0 || this.stopped) {
        throw new ServiceCallError('unreachable', `the ${service} cannot be reached`);
      }
      await this.change(left, signal);
    }
  }

  private connections(): readonly ClientConnection[] {
    return [...this.instances.values()].flatMap(({ connection }) => connection ?? []);
  }

  private async resolve(): Promise<void> {
    const { addresses, resolve = resolveAddresses } = this.options;
    let found: readonly Address[];
    try {
      found = await resolve(addresses);
    } catch (error) {
      // Those that are known are as good as they were; a name that cannot be asked for says nothing about them.
      this.disturbed(error);
      return;
    }
    if (this.stopped) return;
    const wanted = new Map(found.map((address) => [`${address.host} ${address.port}`, address]));
    for (const [key, instance] of this.instances) {
      if (wanted.has(key)) continue;
      this.instances.delete(key);
      void instance.stop();
    }
    for (const [key, address] of wanted) {
      if (!this.instances.has(key)) this.instances.set(key, this.instanceAt(address));
    }
  }

  private instanceAt({ host, port }: Address): Instance {
    const { service, identity, maxBytes, connectMs = CONNECT_MS, pingMs = PING_MS } = this.options;
    return new Instance({ host, port, service, identity, maxBytes, connectMs, pingMs }, (why) => {
      if (why === undefined) this.lastDisturbance = '';
      else this.disturbed(why);
      this.wake();
    });
  }

  /** Says the same only once until it is over. */
  private disturbed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    if (why !== this.lastDisturbance && !this.stopped) this.options.onDisturbance?.(why);
    this.lastDisturbance = why;
  }

  private change(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      this.waiters.add(done);
    });
  }

  private wake(): void {
    for (const done of [...this.waiters]) done();
  }

  private decode({ body }: RemoteFailure): Error {
    return this.codecs.decode(JSON.parse(body.toString('utf8')) as WireError);
  }
}

/** An instance that has too much to do, or stops: another one may have not. */
const isBusy = (error: unknown): boolean => error instanceof ServiceCallError && error.code === 'busy';

/** The connection ended before the call was sent. */
const isGone = (error: unknown): boolean => error instanceof ServiceCallError && error.code === 'unreachable';

const isLost = (error: unknown): boolean => error instanceof ServiceCallError && error.code === 'connection-lost';
