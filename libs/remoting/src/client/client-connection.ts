import { connect, type TLSSocket } from 'node:tls';
import { ServiceCallError } from '../contract/service-call-error.js';
import { encodeFrame, FrameReader, type Frame } from '../wire/frame.js';
import type { Hello } from '../wire/hello.js';
import { commonName, secured, type CurrentIdentity } from '../wire/peer-identity.js';

export interface ClientConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** Common name that the server's certificate must have. */
  readonly service: string;
  readonly identity: CurrentIdentity;
  readonly maxBytes: number;
  /** Milliseconds until the server must have said hello. */
  readonly connectMs: number;
  /** Milliseconds between two looks whether the server is still there; the second time that it is not, it is gone. */
  readonly pingMs: number;
}

/** A call on its way: the body without the deadline, which is told by the server's clock. */
export interface SentCall {
  readonly pattern: string;
  readonly envelope: unknown;
  readonly request: unknown;
  /** By the clock of this process. */
  readonly deadline: number;
}

interface Waiting {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** What a call failed with, as the server said it. */
export class RemoteFailure extends Error {
  constructor(readonly body: Buffer) {
    super('the service refused');
  }
}

/** One connection to one instance of a service, on which many calls are under way at once. */
export class ClientConnection {
  private readonly waiting = new Map<number, Waiting>();
  private readonly pinging: NodeJS.Timeout;
  private nextCall = 1;
  private heard = true;
  private isOpen = true;
  private leaving = false;
  /** Resolves when the connection is of no more use. */
  readonly closed: Promise<void>;

  private constructor(
    private readonly socket: TLSSocket,
    private readonly reader: FrameReader,
    private readonly hello: Hello,
    private readonly options: ClientConnectionOptions,
    /** How far the server's clock is ahead of ours, in milliseconds. */
    private readonly ahead: number,
    early: readonly Frame[],
  ) {
    this.closed = new Promise((resolve) => {
      const end = (): void => {
        this.end();
        resolve();
      };
      socket.on('close', end);
      // A close may have come before anybody listened.
      if (socket.destroyed) end();
    });
    socket.on('data', (piece: Buffer) => this.take(piece));
    this.pinging = setInterval(() => this.ping(), options.pingMs).unref();
    early.forEach((frame) => this.handle(frame));
  }

  /**
   * Connects, and waits until the server says that it takes this client: with TLS 1.3, a client is not told otherwise.
   *
   * @throws ServiceCallError `unreachable`
   */
  static open(options: ClientConnectionOptions, signal: AbortSignal): Promise<ClientConnection> {
    const { host, port, service, identity, maxBytes, connectMs } = options;
    return new Promise((resolve, reject) => {
      const socket = connect({
        ...{ host, port },
        ...secured(identity()),
        // Instances come and go with their addresses; who they are is what the services' own authority says.
        checkServerIdentity: (_host, certificate) =>
          commonName(certificate) === service
            ? undefined
            : new Error(`it is "${commonName(certificate)}", not the ${service}`),
      });
      const reader = new FrameReader(maxBytes);
      const begun = Date.now();
      let why = 'it does not answer';
      const giveUp = (): void => void socket.destroy();
      const timer = setTimeout(giveUp, connectMs);
      signal.addEventListener('abort', giveUp, { once: true });
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        socket.removeAllListeners();
        // What goes wrong from now on ends the connection, which is noticed there.
        socket.on('error', () => socket.destroy());
      };
      socket.setNoDelay(true);
      socket.once('error', (error: Error) => (why = error.message));
      socket.once('close', () => {
        settle();
        reject(new ServiceCallError('unreachable', `the ${service} at ${host}:${port} cannot be reached: ${why}`));
      });
      socket.on('data', (piece: Buffer) => {
        try {
          const [first, ...early] = reader.read(piece);
          if (first === undefined) return;
          const hello = first.kind === 'hello' ? (JSON.parse(first.body.toString('utf8')) as Hello) : undefined;
          if (typeof hello?.now !== 'number') throw new Error('it does not say hello');
          settle();
          // The server's clock was read between the two; what the way takes is less than what matters.
          const ahead = hello.now - (begun + Date.now()) / 2;
          resolve(new ClientConnection(socket, reader, hello, options, ahead, early));
        } catch (error) {
          why = error instanceof Error ? error.message : String(error);
          socket.destroy();
        }
      });
    });
  }

  /** Whether a new call may be sent here. */
  get takesCalls(): boolean {
    return this.isOpen && !this.leaving;
  }

  get isFull(): boolean {
    return this.waiting.size >= this.hello.maxInFlight;
  }

  /**
   * Sends a call.
   *
   * @returns the answer as JSON.
   * @throws RemoteFailure with what the server says.
   * @throws ServiceCallError `unreachable` and `too-large` before anything is sent; `timed-out`, `cancelled` and `connection-lost` after.
   */
  call({ pattern, envelope, request, deadline }: SentCall, signal?: AbortSignal): Promise<Buffer> {
    const { maxBytes, service } = { ...this.options, ...this.hello };
    if (!this.isOpen || !this.socket.writable) throw new ServiceCallError('unreachable', `the ${service} is gone`);
    const told = Math.floor(deadline + this.ahead);
    const body = Buffer.from(JSON.stringify({ pattern, deadline: told, envelope, request }));
    if (body.length > maxBytes) {
      throw new ServiceCallError('too-large', `the ${service} takes no calls of ${body.length} bytes`);
    }
    const call = this.nextCall;
    this.nextCall = (this.nextCall % 0xffff_ffff) + 1;
    return new Promise((resolve, reject) => {
      const giveUp = (error: ServiceCallError): void => {
        if (this.settled(call) !== undefined) this.send(encodeFrame('cancel', call));
        settle();
        reject(error);
      };
      const late = (): void =>
        giveUp(new ServiceCallError('timed-out', `the ${service} did not answer ${pattern} in time`));
      const cancel = (): void => giveUp(new ServiceCallError('cancelled', 'nobody waits for the answer'));
      const timer = setTimeout(late, Math.max(0, deadline - Date.now()));
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      };
      this.waiting.set(call, {
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener('abort', cancel, { once: true });
      this.send(encodeFrame('call', call, body));
    });
  }

  destroy(): void {
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    this.heard = true;
    try {
      for (const frame of this.reader.read(piece)) this.handle(frame);
    } catch {
      this.socket.destroy();
    }
  }

  private handle({ kind, call, body }: Frame): void {
    switch (kind) {
      case 'answer':
        return this.settled(call)?.resolve(body);
      case 'failure':
        return this.settled(call)?.reject(new RemoteFailure(body));
      case 'leaving':
        this.leaving = true;
        return this.endIfDone();
      case 'ping':
        return this.send(encodeFrame('pong', 0));
      case 'pong':
      case 'hello':
      case 'call':
      case 'cancel':
        return;
    }
  }

  /** Answers that come after their caller gave up are nobody's. */
  private settled(call: number): Waiting | undefined {
    const waiting = this.waiting.get(call);
    this.waiting.delete(call);
    this.endIfDone();
    return waiting;
  }

  /** A server that leaves waits for this: until then, it answers what was on its way to it. */
  private endIfDone(): void {
    if (this.leaving && this.waiting.size === 0) this.socket.end();
  }

  private ping(): void {
    if (!this.heard) {
      this.socket.destroy();
      return;
    }
    this.heard = false;
    this.send(encodeFrame('ping', 0));
  }

  private send(frame: Buffer): void {
    if (this.socket.writable) this.socket.write(frame);
  }

  private end(): void {
    this.isOpen = false;
    clearInterval(this.pinging);
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    const { service } = this.hello;
    for (const { reject } of lost) {
      reject(new ServiceCallError('connection-lost', `the connection to the ${service} ended before it answered`));
    }
  }
}
