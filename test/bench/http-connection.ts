import { connect, type TLSSocket } from 'node:tls';

/** Where requests go, and what they prove their sender with. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  /** Length of the head and body as they came over the wire, framing included. */
  readonly bytes: number;
  /** `performance.now()` when the first byte came, and when the last did. */
  readonly firstByteAt: number;
  readonly lastByteAt: number;
  /** The whole answer as it came. */
  readonly raw: () => Buffer;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '\r\n0\r\n\r\n';

/**
 * One kept-alive HTTPS connection that sends one request at a time.
 *
 * The client shares the machine with the server that it measures, so it does as little as it can: requests are bytes
 * that were made beforehand, and of an answer it reads the status and where it ends. A chunked body ends where its last
 * chunk stands, which cannot occur within JSON.
 */
export class HttpConnection {
  private pending: Pending | undefined;
  private received: Buffer[] = [];
  private size = 0;
  private firstByteAt = 0;
  private status = 0;
  /** Bytes of the whole answer; `Infinity` while a chunked body has not ended, 0 before the head is complete. */
  private expected = 0;

  private constructor(private readonly socket: TLSSocket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error: Error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static open({ host, port, ca }: Endpoint): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, ca, servername: '' }, () => resolve(new HttpConnection(socket)));
      socket.once('error', reject);
    });
  }

  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    if (this.size === 0) this.firstByteAt = performance.now();
    this.received.push(chunk);
    this.size += chunk.length;
    if (this.expected === 0) this.readHead();
    if (this.expected === Infinity && this.endsWithLastChunk()) this.expected = this.size;
    if (this.expected !== 0 && this.size >= this.expected) this.finish();
  }

  private readHead(): void {
    const all = this.received.length === 1 ? (this.received[0] as Buffer) : Buffer.concat(this.received);
    const end = all.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const head = all.toString('latin1', 0, end).toLowerCase();
    this.status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
    this.expected = length === undefined ? Infinity : end + END_OF_HEAD.length + Number(length);
  }

  private endsWithLastChunk(): boolean {
    const last = this.received.at(-1) as Buffer;
    const tail = last.length >= LAST_CHUNK.length ? last : Buffer.concat(this.received.slice(-8));
    return tail.toString('latin1', Math.max(0, tail.length - LAST_CHUNK.length)) === LAST_CHUNK;
  }

  private finish(): void {
    const { pending, received, status, size: bytes, firstByteAt } = this;
    this.received = [];
    this.size = 0;
    this.expected = 0;
    this.pending = undefined;
    pending?.resolve({
      ...{ status, bytes, firstByteAt, lastByteAt: performance.now() },
      raw: () => Buffer.concat(received),
    });
  }

  private fail(error: Error): void {
    this.pending?.reject(error);
    this.pending = undefined;
  }
}
