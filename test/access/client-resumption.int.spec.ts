import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority } from '#lib/testing';
import { AccessServer } from './access-server.js';

let authority: TestAuthority;
let server: AccessServer;

beforeAll(async () => {
  authority = await TestAuthority.create();
  server = await AccessServer.start(
    { 'clients.crt': authority.cert },
    { TAGLINE_ACCESS_CLIENT_CA_FILE: 'clients.crt' },
  );
});
afterAll(() => server.stop());

describe('a client that would like to resume its session', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is known by its certificate every time (%s)', async (version) => {
    const team = await authority.intermediate('team.example.com');
    const certificate = await team.issue({ commonName: 'ann', organizations: ['web'] });
    const agent = new Agent({ ca: server.ca, ...certificate, minVersion: version, maxVersion: version });
    for (let turn = 0; turn < 3; turn++) {
      const sent = request(`${server.url}/apis`, { agent });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const isResumed = (response.socket as TLSSocket).isSessionReused();
      await text(response);
      expect({ turn, isResumed, code: response.statusCode }).toEqual({ turn, isResumed: false, code: 200 });
    }
    agent.destroy();
  });
});
