import { TestAuthority } from '#lib/testing';
import { call } from './contract/call.js';
import { ServiceClient, type ServiceClientOptions } from './client/service-client.js';
import type { CallContext } from './server/call-context.js';
import { ServiceServer, type ServiceServerOptions } from './server/service-server.js';
import type { CurrentIdentity } from './wire/peer-identity.js';

export const ECHO = call<unknown, unknown>('test.echo');
export const WORK = call<unknown, unknown>('test.work');
export const REPEATABLE = call<unknown, unknown>('test.repeatable', { idempotent: true });

export const ENVELOPE = {
  context: { actor: { user: 'alice', groups: ['devs'] }, requestId: 'r-1', traceparent: '00-aa-bb-01' },
};

type Handler = (request: unknown, context: CallContext) => Promise<unknown>;

/** A service and who calls it, with an authority of their own; everything ends with {@link stop}. */
export class ServicePair {
  private readonly servers: ServiceServer[] = [];
  private readonly clients: ServiceClient[] = [];

  private constructor(readonly authority: TestAuthority) {}

  static async create(): Promise<ServicePair> {
    return new ServicePair(await TestAuthority.create());
  }

  async identity(commonName: string, authority = this.authority): Promise<CurrentIdentity> {
    const issued = await authority.issue({ commonName, usages: ['clientAuth', 'serverAuth'] });
    return () => ({ ca: this.authority.cert, ...issued });
  }

  /** @param handlers by pattern; one that echoes is always there. */
  async serve(
    handlers: Readonly<Record<string, Handler>> = {},
    options: Partial<ServiceServerOptions> = {},
  ): Promise<ServiceServer> {
    const server = new ServiceServer({
      ...{ service: 'test-service', host: '127.0.0.1', port: 0, allowedNames: ['gateway'] },
      ...{ maxInFlight: 100, maxInFlightPerConnection: 100, maxBytes: 1024 * 1024 },
      identity: options.identity ?? (await this.identity('test-service')),
      ...options,
    });
    server.addHandler(ECHO.pattern, async (request: unknown) => request);
    for (const [pattern, handler] of Object.entries(handlers)) server.addHandler(pattern, handler);
    await new Promise<void>((resolve, reject) =>
      server.listen((error) => (error instanceof Error ? reject(error) : resolve())),
    );
    this.servers.push(server);
    return server;
  }

  async client(
    addresses: readonly { readonly host: string; readonly port: number }[],
    options: Partial<ServiceClientOptions> = {},
  ): Promise<ServiceClient> {
    const client = new ServiceClient({
      ...{ service: 'test-service', addresses, maxBytes: 1024 * 1024, deadlineMs: 10_000 },
      identity: options.identity ?? (await this.identity('gateway')),
      ...options,
    });
    this.clients.push(client);
    await client.connect();
    return client;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

/** A promise that somebody else settles. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
