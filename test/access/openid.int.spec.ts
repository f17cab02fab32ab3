import { createHmac, createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { InProcessIssuer } from '#lib/testing';
import { AccessServer } from './access-server.js';

const settings = (issuer: InProcessIssuer) => ({
  TAGLINE_ACCESS_OIDC_ISSUER: issuer.url,
  TAGLINE_ACCESS_OIDC_AUDIENCE: 'tagline',
  TAGLINE_ACCESS_OIDC_CA_FILE: 'issuer.crt',
});

afterEach(() => vi.useRealTimers());

/** Moves the clock of this process, that of the server included. */
function later(milliseconds: number): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(now + milliseconds);
}

type Claims = Readonly<Record<string, unknown>>;

const pem = (key: JWK): string =>
  createPublicKey({ key: { ...key }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an ID token', () => {
  let issuer: InProcessIssuer;
  let server: AccessServer;

  beforeAll(async () => {
    issuer = await InProcessIssuer.start({ algorithm: 'ES256' });
    server = await AccessServer.start(
      { 'issuer.crt': issuer.ca },
      {
        ...settings(issuer),
        TAGLINE_ACCESS_OIDC_USERNAME_CLAIM: 'preferred_username',
        TAGLINE_ACCESS_OIDC_USERNAME_PREFIX: 'web:',
        TAGLINE_ACCESS_OIDC_GROUPS_CLAIM: 'groups',
        TAGLINE_ACCESS_OIDC_GROUPS_PREFIX: 'web:',
        TAGLINE_ACCESS_OIDC_REQUIRED_CLAIMS: 'tenant=blue',
        TAGLINE_ACCESS_OIDC_SIGNING_ALGORITHMS: 'ES256,RS256',
      },
    );
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const CLAIMS = { preferred_username: 'ann', groups: ['ops', 'dev'], tenant: 'blue' };
  const asks = async (claims: Claims = {}, options = {}) =>
    server.whoIs({ token: await issuer.token({ ...CLAIMS, ...claims }, options) });

  it('names the user and the groups, behind their prefixes', async () => {
    expect(await asks()).toEqual({ username: 'web:ann', groups: ['web:ops', 'web:dev', 'system:authenticated'] });
    expect(await asks({ groups: 'ops' })).toMatchObject({ groups: ['web:ops', 'system:authenticated'] });
    expect(await asks({ groups: undefined })).toMatchObject({ groups: ['system:authenticated'] });
    expect(await asks({ aud: ['other', 'tagline'] })).toMatchObject({ username: 'web:ann' });
  });

  it.each<[string, Claims]>([
    ['for somebody else', { aud: 'other' }],
    ['for nobody', { aud: undefined }],
    ['of another issuer', { iss: 'https://other.example.com' }],
    ['that has run out', { exp: Math.floor(Date.now() / 1_000) - 1 }],
    ['without an end', { exp: undefined }],
    ['that is not good yet', { nbf: Math.floor(Date.now() / 1_000) + 600 }],
    ['without a user', { preferred_username: undefined }],
    ['whose user is no text', { preferred_username: ['ann'] }],
    ['whose groups are no texts', { groups: [{ name: 'ops' }] }],
    ['without a claim that is wanted', { tenant: undefined }],
    ['with another value of it', { tenant: 'red' }],
  ])('%s is refused', async (_, claims) => {
    expect(await asks(claims)).toBe(401);
  });

  it('is refused without a hint of what is wrong with it', async () => {
    const { status, body } = await server.ask({
      path: '/apis',
      token: await issuer.token({ ...CLAIMS, aud: 'other' }),
    });
    expect([status, body.message, body['details']]).toEqual([401, 'Unauthorized', undefined]);
  });

  it('is refused when it is not signed, by the issuer, with a key that only the issuer has', async () => {
    expect(await asks({}, { forged: true })).toBe(401);
    const [header = '', payload = '', signature = ''] = (await issuer.token(CLAIMS)).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { kid: string };
    const publicKey = pem(await issuer.publicKey());
    const secret = (text: string): string => createHmac('sha256', publicKey).update(text).digest('base64url');
    const symmetric = `${part({ alg: 'HS256', kid })}.${payload}`;
    for (const token of [
      `${part({ alg: 'none' })}.${payload}.`,
      `${part({ alg: 'none', kid })}.${payload}.${signature}`,
      `${symmetric}.${secret(symmetric)}`,
      `${header}.${part({ ...CLAIMS, iss: issuer.url, aud: 'tagline', preferred_username: 'bob' })}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}${'A'.repeat(8_000)}`,
    ]) {
      expect(await server.whoIs({ token })).toBe(401);
    }
  });

  it('is refused once its time is up, though it was good before', async () => {
    const token = await issuer.token(CLAIMS, { expiresIn: 30 });
    expect(await server.whoIs({ token })).toMatchObject({ username: 'web:ann' });
    later(31_000);
    expect(await server.whoIs({ token })).toBe(401);
  });

  it('may be signed with a key that is new', async () => {
    expect(await asks()).toMatchObject({ username: 'web:ann' });
    await issuer.rotate();
    later(60_000);
    expect(await asks()).toMatchObject({ username: 'web:ann' });
  });

  it('leaves other tokens to others', async () => {
    expect(await server.whoIs({ token: server.adminToken })).toMatchObject({ username: 'system:admin' });
  });
});

describe('what an ID token names', () => {
  let issuer: InProcessIssuer;
  beforeAll(async () => {
    issuer = await InProcessIssuer.start();
  });
  afterAll(() => issuer.stop());

  const withServer = async (extra: Record<string, string>, use: (server: AccessServer) => Promise<void>) => {
    const server = await AccessServer.start({ 'issuer.crt': issuer.ca }, { ...settings(issuer), ...extra });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  };

  it('begins with the issuer, unless it is an address that was checked', async () => {
    await withServer({}, async (server) => {
      expect(await server.whoIs({ token: await issuer.token({ sub: 'ann' }) })).toMatchObject({
        username: `${issuer.url}#ann`,
      });
    });
    await withServer({ TAGLINE_ACCESS_OIDC_USERNAME_CLAIM: 'email' }, async (server) => {
      const asks = async (claims: Claims) => server.whoIs({ token: await issuer.token(claims) });
      const email = 'ann@example.com';
      expect(await asks({ email, email_verified: true })).toMatchObject({ username: email });
      expect(await asks({ email })).toMatchObject({ username: email });
      expect(await asks({ email, email_verified: false })).toBe(401);
      expect(await asks({ email, email_verified: 'true' })).toBe(401);
    });
  });

  it('is never one of the system', async () => {
    const extra = { TAGLINE_ACCESS_OIDC_USERNAME_PREFIX: '-', TAGLINE_ACCESS_OIDC_GROUPS_CLAIM: 'groups' };
    await withServer(extra, async (server) => {
      const asks = async (claims: Claims) => server.whoIs({ token: await issuer.token(claims) });
      expect(await asks({ sub: 'system:admin' })).toBe(401);
      expect(await asks({ sub: 'ann', groups: ['system:masters', 'ops'] })).toMatchObject({
        username: 'ann',
        groups: ['ops', 'system:authenticated'],
      });
    });
  });
});

describe('a provider that cannot be reached', () => {
  it('does not keep the server from starting, nor others from signing in', async () => {
    const issuer = await InProcessIssuer.start();
    const server = await AccessServer.start({ 'issuer.crt': issuer.ca }, settings(issuer));
    const token = await issuer.token({});
    await issuer.suspend();
    expect(await server.whoIs({ token })).toBe(401);
    expect(await server.whoIs({ token: server.adminToken })).toMatchObject({ username: 'system:admin' });
    await issuer.resume();
    later(11_000);
    expect(await server.whoIs({ token })).toMatchObject({ username: `${issuer.url}#ann` });
    await issuer.suspend();
    later(11 * 60_000);
    const young = await issuer.token({});
    expect(await server.whoIs({ token: young })).toMatchObject({ username: `${issuer.url}#ann` });
    await server.stop();
  });
});
