import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessServer } from './access-server.js';

const TOKENS = [
  '# Tokens of users',
  'token-of-ann,ann,1,"web,ops"',
  '"token-of-bob", bob , "2" ,web',
  'token-of-carl,"carl ""the"" user",3',
  '',
].join('\n');

let server: AccessServer;
beforeAll(async () => {
  server = await AccessServer.start({ 'tokens.csv': TOKENS }, { TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv' });
});
afterAll(() => server.stop());

describe('a token file', () => {
  it('gives users a name, an identity and groups', async () => {
    expect(await server.whoIs({ token: 'token-of-ann' })).toEqual({
      username: 'ann',
      uid: '1',
      groups: ['web', 'ops', 'system:authenticated'],
    });
    expect(await server.whoIs({ token: 'token-of-bob' })).toMatchObject({ username: 'bob', uid: '2' });
    expect(await server.whoIs({ token: 'token-of-carl' })).toMatchObject({ username: 'carl "the" user' });
  });

  it.each(['token-of-an', 'token-of-annn', 'TOKEN-OF-ANN', 'ann', '#'])('knows no token "%s"', async (token) => {
    const { status, body } = await server.ask({ path: '/apis', token });
    expect(status).toBe(401);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
  });
});

describe('a token file that cannot be used', () => {
  it.each([
    ['an open quote', 'a-token,ann,1,"web', 'line 1: a quote is not closed'],
    ['a line without its user', 'a-token', 'line 1: token, user and uid are wanted'],
    ['a token of two users', 'a-token,ann,1\na-token,bob,2', 'line 2: the token is that of an earlier line'],
  ])('keeps the server from starting for %s, which is not shown', async (_, text, why) => {
    const start = AccessServer.start({ 'tokens.csv': text }, { TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv' });
    const failure = await start.then(
      () => 'it started',
      (error: unknown) => String(error),
    );
    expect(failure).toContain('access.tokenFile');
    expect(failure).toContain(why);
    expect(failure).not.toContain('a-token');
  });
});
