import { afterAll, beforeAll } from 'vitest';
import type { ApiClient } from './api-client.js';
import { DockerRegistry } from './docker-registry.js';
import type { Kubectl } from './kubectl.js';
import { TaglineServer, type ServerOptions } from './tagline-server.js';

/** What the tests of one file have: a server, and clients that are its administrator. */
export interface Given {
  readonly server: TaglineServer;
  readonly kubectl: Kubectl;
  readonly api: ApiClient;
}

/** Starts a server before the tests of a file, with a namespace `team`, and removes it after them. */
export function givenServer(options: ServerOptions = {}): Given {
  let started: Given | undefined;
  const get = (): Given => {
    if (started === undefined) throw new Error('the server is there once the tests run');
    return started;
  };
  beforeAll(async () => {
    const server = await TaglineServer.start(options);
    started = { server, kubectl: await server.kubectl(), api: server.api() };
    await started.kubectl.run('create', 'namespace', 'team');
    await started.kubectl.run('config', 'set-context', '--current', '--namespace', 'team');
  });
  afterAll(async () => {
    started?.api.close();
    await started?.kubectl.dispose();
    await started?.server.dispose();
  });
  return {
    get server() {
      return get().server;
    },
    get kubectl() {
      return get().kubectl;
    },
    get api() {
      return get().api;
    },
  };
}

/** Starts a registry before the tests of a file and stops it after them. */
export function givenRegistry(options: { readonly auth?: boolean } = {}): { readonly registry: DockerRegistry } {
  let started: DockerRegistry | undefined;
  beforeAll(async () => {
    started = await DockerRegistry.start(options);
  });
  afterAll(() => started?.stop());
  return {
    get registry() {
      if (started === undefined) throw new Error('the registry is there once the tests run');
      return started;
    },
  };
}
