import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority, type IssuedTo } from '#lib/testing';
import { AccessServer, type Question } from './access-server.js';

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

const asks = async (issued: IssuedTo, by = authority, question: Question = {}) =>
  server.whoIs({ ...question, certificate: await by.issue(issued) });

describe('a client certificate', () => {
  it('names the user and the groups', async () => {
    expect(await asks({ commonName: 'ann', organizations: ['web', 'ops, "all" of it'] })).toEqual({
      username: 'ann',
      groups: ['web', 'ops, "all" of it', 'system:authenticated'],
    });
  });

  it('counts over one connection as over several', async () => {
    const certificate = await authority.issue({ commonName: 'ann' });
    for (let turn = 0; turn < 3; turn++) {
      expect(await server.whoIs({ certificate })).toMatchObject({ username: 'ann' });
      expect(await server.whoIs({ certificate })).toMatchObject({ username: 'ann' });
      await server.hangUp();
    }
  });

  it('may come from an authority that the trusted one stands behind', async () => {
    const team = await authority.intermediate('team.example.com');
    expect(await asks({ commonName: 'ann' }, team)).toMatchObject({ username: 'ann' });
    expect(await asks({ commonName: 'ann' }, await team.intermediate('site.example.com'))).toMatchObject({
      username: 'ann',
    });
  });

  it.each<[string, IssuedTo]>([
    ['that has run out', { commonName: 'ann', from: -60, until: -1 }],
    ['that is not good yet', { commonName: 'ann', from: 30 }],
    ['of a server', { commonName: 'ann', usages: ['serverAuth'] }],
    ['that names nobody', { organizations: ['web'] }],
  ])('%s is refused', async (_, issued) => {
    expect(await asks(issued)).toBe(401);
  });

  it('of another authority is refused, also where that goes by the same name', async () => {
    expect(await asks({ commonName: 'ann' }, await TestAuthority.create())).toBe(401);
    expect(await asks({ commonName: 'ann' }, await TestAuthority.create('other.example.com'))).toBe(401);
  });

  it('that is refused does not stand in the way of a token, and the answer does not say what was wrong', async () => {
    const token = server.adminToken;
    const certificate = await authority.issue({ commonName: 'ann', from: -60, until: -1 });
    expect(await server.whoIs({ certificate, token })).toMatchObject({ username: 'system:admin' });
    const { status, body } = await server.ask({ path: '/apis', certificate });
    expect([status, body]).toEqual([401, expect.objectContaining({ reason: 'Unauthorized', message: 'Unauthorized' })]);
  });

  it('is not wanted: whoever shows none is anonymous', async () => {
    expect(await server.ask({ path: '/livez' })).toMatchObject({ status: 200 });
    expect(await server.ask({ path: '/apis' })).toMatchObject({ status: 403 });
  });
});
