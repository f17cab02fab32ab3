import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What lies between clients and a server, so that it can break. */
export class Connections {
  private server: Server | undefined;
  private readonly open = new Set<Socket>();
  private stalled = false;

  /** @param port - where the server really listens. */
  constructor(private readonly port: number) {}

  /** @returns the port for clients. */
  async listen(port = 0): Promise<number> {
    this.server = createServer((socket) => this.join(socket)).listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Nobody can connect, and whoever was connected no longer is. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    const ended = new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    this.tear();
    await ended;
  }

  /** Every connection breaks. */
  tear(): void {
    for (const socket of this.open) socket.destroy();
  }

  /** Nothing gets through any more, in either direction, and nobody is told. */
  stall(): void {
    this.stalled = true;
    for (const socket of this.open) socket.pause();
  }

  resume(): void {
    this.stalled = false;
    for (const socket of this.open) socket.resume();
  }

  private join(client: Socket): void {
    const server = connect(this.port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.open.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => {
        if (!this.stalled) from.resume();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.open.delete(from);
        to.destroy();
      });
      if (this.stalled) from.pause();
    }
  }
}
