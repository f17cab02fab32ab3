import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

const FILLER = Buffer.alloc(64 * 1024, ' ');

/** An HTTPS server on 127.0.0.1 that goes away and comes back at the same address. */
export class InProcessHttpsServer {
  private server: Server | undefined;
  private port = 0;

  constructor(
    private readonly options: ServerOptions,
    private readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  ) {}

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Answers from now on, at the address that it had before. */
  async resume(): Promise<void> {
    const server = createServer(this.options, (request, response) => void this.answer(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Nobody answers at the address any longer. */
  async suspend(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }
}

/** Writes for as long as somebody reads. */
export function pour(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    while (!response.destroyed && response.write(FILLER));
  };
  response.on('drain', more);
  more();
}
