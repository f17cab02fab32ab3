import type { INestMicroservice, Provider, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ServiceClient, ServiceServer, type AnyErrorCodec } from '#lib/remoting';
import { TestAuthority } from './test-authority.js';

export interface ServedOverLoopback {
  readonly controllers: readonly Type[];
  readonly providers: readonly Provider[];
  readonly errors?: readonly AnyErrorCodec[];
}

const SERVICE = 'test-service';
const MAX_BYTES = 64 * 1024 * 1024;

/** A service of this process and a client that calls it, with all that lies between two processes. */
export class ServiceOverLoopback {
  private constructor(
    private readonly app: INestMicroservice,
    readonly client: ServiceClient,
  ) {}

  static async start({ controllers, providers, errors = [] }: ServedOverLoopback): Promise<ServiceOverLoopback> {
    const authority = await TestAuthority.create();
    const identity = async (commonName: string) => {
      const issued = await authority.issue({ commonName, usages: ['clientAuth', 'serverAuth'] });
      return () => ({ ca: authority.cert, ...issued });
    };
    const server = new ServiceServer({
      ...{ service: SERVICE, host: '127.0.0.1', port: 0, identity: await identity(SERVICE), allowedNames: ['gateway'] },
      ...{ maxInFlight: 1_000, maxInFlightPerConnection: 1_000, maxBytes: MAX_BYTES, errors },
    });
    const module = await Test.createTestingModule({
      controllers: [...controllers],
      providers: [...providers],
    }).compile();
    const app = module.createNestMicroservice({ strategy: server, logger: false });
    await app.listen();
    const client = new ServiceClient({
      ...{ service: SERVICE, addresses: [server.address], identity: await identity('gateway') },
      ...{ maxBytes: MAX_BYTES, deadlineMs: 20_000, errors },
    });
    await client.connect();
    return new ServiceOverLoopback(app, client);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.app.close();
  }
}
