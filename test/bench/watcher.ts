import { connect, type TLSSocket } from 'node:tls';
import type { Endpoint } from './http-connection.js';
import { requestBytes } from './request.js';

/** Long enough to hold the annotation with its value where it is cut in two by the end of a piece. */
const OVERLAP = 64;

/** Follows a collection, and notes when it hears of each numbered change. */
export class Watcher {
  /** Annotation that carries the number of a change. */
  static readonly ANNOTATION = 'bench.example.com/change';

  private readonly heardAt: Float64Array;
  private tail = '';

  private constructor(
    private readonly socket: TLSSocket,
    private readonly sentAt: Float64Array,
  ) {
    this.heardAt = new Float64Array(sentAt.length);
    socket.on('data', (piece: Buffer) => this.take(piece));
    socket.on('error', () => undefined);
  }

  /** @param sentAt - when each change was sent, by its number; filled in while it is watched. */
  static open(endpoint: Endpoint, path: string, sentAt: Float64Array): Promise<Watcher> {
    const { host, port, ca } = endpoint;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, ca, servername: '' }, () => {
        const watcher = new Watcher(socket, sentAt);
        socket.write(requestBytes(endpoint, { path }));
        // The head of the answer is sent when the watch is set up.
        socket.once('data', () => resolve(watcher));
      });
      socket.once('error', reject);
    });
  }

  /** How long the changes from a number on took to arrive, in milliseconds; those that did not are left out. */
  *deliveries(from: number): Iterable<number> {
    for (let number = from; number < this.heardAt.length; number++) {
      const heard = this.heardAt[number] ?? 0;
      if (heard > 0) yield heard - (this.sentAt[number] ?? 0);
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    const now = performance.now();
    const text = this.tail + piece.toString('latin1');
    const mark = `${Watcher.ANNOTATION}":"`;
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
      const end = text.indexOf('"', at + mark.length);
      if (end < 0) break;
      const number = Number(text.slice(at + mark.length, end));
      if (this.heardAt[number] === 0) this.heardAt[number] = now;
    }
    this.tail = text.slice(-OVERLAP);
  }
}
