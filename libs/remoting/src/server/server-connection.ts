import type { TLSSocket } from 'node:tls';
import type { Envelope } from '../contract/envelope.js';
import { ServiceCallError } from '../contract/service-call-error.js';
import { encodeFrame, FrameReader, type Frame } from '../wire/frame.js';
import type { Hello } from '../wire/hello.js';

/** A call as it came in. */
export interface ReceivedCall {
  readonly pattern: string;
  /** By the clock of the server, which its hello told. */
  readonly deadline: number;
  readonly envelope: Envelope;
  readonly request: unknown;
}

export interface ServerConnectionOptions {
  readonly hello: Omit<Hello, 'now'>;
  /** Common name of the client's certificate. */
  readonly caller: string;
  /** Milliseconds after which a client that says nothing is taken for gone. */
  readonly silenceMs: number;
  readonly clock: () => number;
  /** Takes up a call of so many bytes, or refuses it before it is looked at. @returns what lets go of it. */
  readonly admit: (bytes: number) => (() => void) | undefined;
  /** @returns the answer as JSON. Throws what is to be told in place of an answer. */
  readonly run: (call: ReceivedCall, caller: string, signal: AbortSignal) => Promise<Buffer>;
  /** What is told of an error. */
  readonly describe: (error: unknown) => Buffer;
}

/** A client that has its answers and does not end the connection gets this long. */
const PARTING_MS = 2_000;

/** One client's connection. */
export class ServerConnection {
  private readonly running = new Map<number, AbortController>();
  private readonly reader: FrameReader;
  private leaving = false;
  private ending: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: TLSSocket,
    private readonly options: ServerConnectionOptions,
  ) {
    const { hello, silenceMs } = options;
    this.reader = new FrameReader(hello.maxBytes);
    socket.setNoDelay(true);
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (piece: Buffer) => this.take(piece));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.closed());
    this.send(encodeFrame('hello', 0, json({ ...hello, now: options.clock() })));
  }

  get inFlight(): number {
    return this.running.size;
  }

  /**
   * Takes no new calls. The client ends the connection when it has all its answers: it alone knows what it sent before it
   * heard of this.
   */
  leave(): void {
    this.leaving = true;
    this.send(encodeFrame('leaving', 0));
    this.waitForItsEnd();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    let frames: readonly Frame[];
    try {
      frames = this.reader.read(piece);
    } catch {
      this.socket.destroy();
      return;
    }
    // Of what came while the process could not look, some may have been given up by now.
    const cancelled = new Set(frames.filter(({ kind }) => kind === 'cancel').map(({ call }) => call));
    for (const frame of frames) {
      if (frame.kind === 'call' && !cancelled.has(frame.call)) void this.start(frame);
      else if (frame.kind === 'cancel') this.running.get(frame.call)?.abort();
      else if (frame.kind === 'ping') this.send(encodeFrame('pong', 0));
    }
  }

  private async start({ call, body }: Frame): Promise<void> {
    const { hello, admit, run, caller, describe, clock } = this.options;
    if (this.leaving) return this.fail(call, new ServiceCallError('busy', 'the service is stopping'));
    const release = this.isReady && !this.running.has(call) ? admit(body.length) : undefined;
    if (release === undefined) {
      return this.fail(call, new ServiceCallError('busy', `the ${hello.service} has as many calls as it can take`));
    }
    const controller = new AbortController();
    this.running.set(call, controller);
    let timer: NodeJS.Timeout | undefined;
    try {
      const received = parse(body);
      const left = received.deadline - clock();
      if (left <= 0) throw new ServiceCallError('expired', 'the call came too late to be begun');
      timer = setTimeout(() => controller.abort(), left);
      const answer = await run(received, caller, controller.signal);
      if (answer.length > hello.maxBytes) {
        throw new ServiceCallError('too-large', `the answer is larger than ${hello.maxBytes} bytes`);
      }
      this.send(encodeFrame('answer', call, answer));
    } catch (error) {
      this.send(encodeFrame('failure', call, describe(error)));
    } finally {
      clearTimeout(timer);
      release();
      this.running.delete(call);
      this.waitForItsEnd();
    }
  }

  /** Whoever does not fetch what it asked for is not answered more. */
  private get isReady(): boolean {
    const { maxInFlight, maxBytes } = this.options.hello;
    return this.running.size < maxInFlight && this.socket.writableLength <= maxBytes;
  }

  private fail(call: number, error: ServiceCallError): void {
    this.send(encodeFrame('failure', call, this.options.describe(error)));
  }

  private send(frame: Buffer): void {
    if (this.socket.writable) this.socket.write(frame);
  }

  private waitForItsEnd(): void {
    if (this.leaving && this.running.size === 0) this.ending = setTimeout(() => this.socket.destroy(), PARTING_MS);
  }

  private closed(): void {
    clearTimeout(this.ending);
    for (const controller of this.running.values()) controller.abort();
  }
}

/** @throws ServiceCallError */
function parse(body: Buffer): ReceivedCall {
  try {
    const call = JSON.parse(body.toString('utf8')) as Partial<ReceivedCall> | null;
    const { pattern, deadline, envelope } = call ?? {};
    if (typeof pattern === 'string' && typeof deadline === 'number' && envelope?.context?.actor !== undefined) {
      return call as ReceivedCall;
    }
  } catch {
    // Said below.
  }
  throw new ServiceCallError('unknown-call', 'this is no call of a service');
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
