import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupIndex } from '../groups/group-index.js';
import { ServiceAccountAuthenticator } from './service-account-authenticator.js';
import { TokenIssuer } from './token-issuer.js';
import { ensureTokenKey } from './token-key.js';
import { TokenReviewer } from './token-reviewer.js';

const account = { namespace: 'team', name: 'robot', uid: 'u-1' };
const START = Date.parse('2026-01-01T00:00:00Z');

const rsaKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let dataDir: string;
let now: Date;
let uid: string | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tokens-'));
  now = new Date(START);
  uid = account.uid;
});
afterEach(() => rm(dataDir, { recursive: true }));

const clock = (): Date => now;
const after = (seconds: number): void => {
  now = new Date(START + seconds * 1_000);
};

async function opened(key?: string) {
  const issuer = await TokenIssuer.open(key ?? (await ensureTokenKey(dataDir)), clock);
  const accounts = new ServiceAccountAuthenticator(issuer, { uidOf: async () => uid }, clock);
  const token = async (audiences: readonly string[] = []): Promise<string> =>
    (await issuer.issue({ account, audiences, seconds: 600 })).token;
  const authenticate = (bearer: string) => accounts.authenticate({ authorization: `Bearer ${bearer}` });
  return { issuer, accounts, token, authenticate };
}

describe('the key that tokens are signed with', () => {
  it('is made once, for its owner alone', async () => {
    const key = await ensureTokenKey(dataDir);
    expect((await stat(join(dataDir, 'tokens.key'))).mode & 0o777).toBe(0o600);
    expect(await ensureTokenKey(dataDir)).toBe(key);
    expect(await readFile(join(dataDir, 'tokens.key'), 'utf8')).toBe(key);
  });

  it.each([
    ['is none', 'hush'],
    ['is of another kind', rsaKey()],
  ])('that %s is refused, and not shown', async (_, text) => {
    await writeFile(join(dataDir, 'tokens.key'), text);
    const failure = await ensureTokenKey(dataDir).catch((error: unknown) => String(error));
    expect(failure).toContain('tokens.key does not hold a private key');
    expect(failure).not.toContain(text.slice(0, 60));
  });
});

describe('a token of a service account', () => {
  it('says whose it is, for whom, and until when', async () => {
    const { issuer } = await opened();
    const { token, expires, tokenId } = await issuer.issue({ account, audiences: [], seconds: 600 });
    expect(expires).toEqual(new Date(START + 600_000));
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: expect.any(String) as string });
    expect(decodeJwt(token)).toEqual({
      iss: 'tagline',
      sub: 'system:serviceaccount:team:robot',
      aud: ['tagline'],
      iat: START / 1_000,
      nbf: START / 1_000,
      exp: START / 1_000 + 600,
      jti: tokenId,
      'kubernetes.io': { namespace: 'team', serviceaccount: { name: 'robot', uid: 'u-1' } },
    });
  });

  it('makes its bearer that service account', async () => {
    const { token, authenticate } = await opened();
    expect(await authenticate(await token())).toMatchObject({
      name: 'system:serviceaccount:team:robot',
      uid: 'u-1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'],
    });
  });

  it('is good after a restart', async () => {
    const bearer = await (await opened()).token();
    expect(await (await opened()).authenticate(bearer)).toMatchObject({ uid: 'u-1' });
  });

  it('ends with its time, whether or not it was used before', async () => {
    const { token, authenticate } = await opened();
    const [used, unused] = [await token(), await token()];
    expect(await authenticate(used)).toMatchObject({ uid: 'u-1' });
    after(599);
    expect(await authenticate(used)).toMatchObject({ uid: 'u-1' });
    after(600);
    expect([await authenticate(used), await authenticate(unused)]).toEqual(['rejected', 'rejected']);
  });

  it('ends with its service account, and is no token of the next of that name', async () => {
    const { token, authenticate } = await opened();
    const bearer = await token();
    expect(await authenticate(bearer)).toMatchObject({ uid: 'u-1' });
    uid = undefined;
    expect(await authenticate(bearer)).toBe('rejected');
    uid = 'u-2';
    expect(await authenticate(bearer)).toBe('rejected');
  });

  it('ends with the key', async () => {
    const bearer = await (await opened()).token();
    await rm(join(dataDir, 'tokens.key'));
    expect(await (await opened()).authenticate(bearer)).toBe('rejected');
  });

  it('for others is not good here', async () => {
    const { token, authenticate } = await opened();
    expect(await authenticate(await token(['registry.example.com']))).toBe('rejected');
    expect(await authenticate(await token(['registry.example.com', 'tagline']))).toMatchObject({ uid: 'u-1' });
  });

  it('that nobody signed, or somebody else, is refused', async () => {
    const key = await ensureTokenKey(dataDir);
    const { token, authenticate } = await opened();
    const [header = '', payload = '', signature = ''] = (await token()).split('.');
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
    const symmetric = `${part({ alg: 'HS256' })}.${payload}`;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = await opened(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    for (const wrong of [
      `${part({ alg: 'none' })}.${payload}.`,
      `${symmetric}.${createHmac('sha256', publicKey).update(symmetric).digest('base64url')}`,
      `${header}.${part({ ...decodeJwt(`${header}.${payload}.`), sub: 'system:admin' })}.${signature}`,
      `${header}.${payload}.`,
      await other.token(),
    ]) {
      expect(await authenticate(wrong)).toBe('rejected');
    }
  });

  it('is told from tokens that others know', async () => {
    const { authenticate } = await opened();
    expect(await authenticate('a.b.c')).toBeUndefined();
    expect(await authenticate('secret')).toBeUndefined();
    const foreign = `${Buffer.from('{}').toString('base64url')}.${Buffer.from('{"iss":"other"}').toString('base64url')}.c`;
    expect(await authenticate(foreign)).toBeUndefined();
  });
});

describe('a review of a token', () => {
  it('tells whose it is, and for which of the audiences that were asked for', async () => {
    const { accounts, token } = await opened();
    const reviewer = new TokenReviewer(accounts, accounts, new GroupIndex());
    const registry = 'registry.example.com';
    expect(await reviewer.review(await token(), [])).toMatchObject({ user: { uid: 'u-1' }, audiences: ['tagline'] });
    expect(await reviewer.review(await token([registry, 'tagline']), [registry, 'other'])).toMatchObject({
      audiences: [registry],
    });
    expect(await reviewer.review(await token([registry]), [])).toBeUndefined();
    expect(await reviewer.review(await token(), [registry])).toBeUndefined();
  });
});
