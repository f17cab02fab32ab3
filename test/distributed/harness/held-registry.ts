import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InProcessRegistry } from '#lib/testing';

/** A registry whose answers can be held back, so that a test decides when an import is under way. */
export class HeldRegistry {
  private held: Promise<void> = Promise.resolve();
  private letGo: () => void = () => undefined;

  private constructor(
    readonly content: InProcessRegistry,
    private readonly server: Server,
  ) {
    this.server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<HeldRegistry> {
    const registry = new HeldRegistry(await InProcessRegistry.start(), createServer());
    await new Promise<void>((resolve) => registry.server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  /** `127.0.0.1:port`, as it stands in references. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers nobody until it is released. */
  hold(): void {
    this.held = new Promise((resolve) => (this.letGo = resolve));
  }

  release(): void {
    this.letGo();
  }

  async close(): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.content.close();
  }

  private async answer({ method = 'GET', url = '/', headers }: IncomingMessage, response: ServerResponse) {
    await this.held;
    try {
      const accept = headers.accept ?? '*/*';
      const answer = await fetch(`${this.content.url}${url}`, { method, headers: { accept } });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.destroy();
    }
  }
}
