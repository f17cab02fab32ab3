import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority, type TestCertificate } from '#lib/testing';
import { AccessServer, type Question } from './access-server.js';

let clients: TestAuthority;
let server: AccessServer;
let proxy: TestCertificate;
let user: TestCertificate;

beforeAll(async () => {
  const proxies = await TestAuthority.create('proxies.example.com');
  clients = await TestAuthority.create('clients.example.com');
  proxy = await proxies.issue({ commonName: 'front' });
  user = await clients.issue({ commonName: 'bob' });
  server = await AccessServer.start(
    {
      'proxies.crt': proxies.cert,
      'clients.crt': clients.cert,
      'tokens.csv': 'token-of-carl,carl,7',
    },
    {
      TAGLINE_ACCESS_REQUEST_HEADER_CA_FILE: 'proxies.crt',
      TAGLINE_ACCESS_REQUEST_HEADER_ALLOWED_NAMES: 'front',
      TAGLINE_ACCESS_CLIENT_CA_FILE: 'clients.crt',
      TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv',
    },
  );
  others = [
    { certificate: await proxies.issue({ commonName: 'somebody' }) },
    { certificate: await proxies.issue({ commonName: 'front', from: -60, until: -1 }) },
    { certificate: await proxies.issue({ commonName: 'front', usages: ['serverAuth'] }) },
    { certificate: await (await TestAuthority.create('proxies.example.com')).issue({ commonName: 'front' }) },
  ];
});
afterAll(() => server.stop());

/** Those who are not the proxy. */
let others: readonly Question[];
const ANN = { 'X-Remote-User': 'ann' };

describe('a proxy in front', () => {
  it('says who the user is', async () => {
    const headers = {
      ...ANN,
      'X-Remote-Uid': '42',
      'X-Remote-Group': ['web', 'ops, all'],
      'X-Remote-Extra-Scopes': ['read', 'write'],
      'X-Remote-Extra-Example.com%2FTeam': 'blue',
    };
    expect(await server.whoIs({ certificate: proxy, headers })).toEqual({
      username: 'ann',
      uid: '42',
      groups: ['web', 'ops, all', 'system:authenticated'],
      extra: { scopes: ['read', 'write'], 'example.com/team': ['blue'] },
    });
  });

  it('says so anew with each request of a connection', async () => {
    for (const name of ['ann', 'bea', 'ann']) {
      expect(await server.whoIs({ certificate: proxy, headers: { 'X-Remote-User': name } })).toMatchObject({
        username: name,
      });
    }
  });

  it('is nobody itself: what it asks without a user is not taken for its own', async () => {
    expect(await server.whoIs({ certificate: proxy })).toBe(401);
    expect(await server.whoIs({ certificate: proxy, headers: { 'X-Remote-Group': 'system:masters' } })).toBe(401);
  });

  it('goes before a token that it passes on', async () => {
    expect(await server.whoIs({ certificate: proxy, headers: ANN, token: 'token-of-carl' })).toMatchObject({
      username: 'ann',
    });
  });
});

describe('what somebody else says in its headers', () => {
  it('is passed over: they are whoever they prove to be', async () => {
    const headers = { ...ANN, 'X-Remote-Group': 'system:masters', 'X-Remote-Extra-Scopes': 'all' };
    expect(await server.whoIs({ certificate: user, headers })).toEqual({
      username: 'bob',
      groups: ['system:authenticated'],
    });
    expect(await server.whoIs({ token: 'token-of-carl', headers })).toEqual({
      username: 'carl',
      uid: '7',
      groups: ['system:authenticated'],
    });
    expect(await server.ask({ path: '/apis', headers })).toMatchObject({ status: 403 });
  });

  it('is passed over from proxies with another name, from another authority, or whose time is up', async () => {
    for (const other of others) expect(await server.whoIs({ ...other, headers: ANN })).toBe(401);
  });
});
