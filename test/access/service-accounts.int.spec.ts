import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AccessServer, type Json } from './access-server.js';

const ACCOUNTS = '/api/v1/namespaces/team/serviceaccounts';
const STREAMS = '/apis/image.openshift.io/v1/namespaces/team/imagestreams';

let server: AccessServer;
beforeAll(async () => {
  server = await AccessServer.start(
    { 'tokens.csv': 'token-of-ed,ed,1\ntoken-of-vi,vi,2' },
    { TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv', TAGLINE_ACCESS_MAX_TOKEN_LIFETIME: '2h' },
  );
  await server.asAdmin('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  await server.give('team', 'edit', { kind: 'User', name: 'ed' });
  await server.give('team', 'view', { kind: 'User', name: 'vi' });
});
afterAll(() => server.stop());

const created = async (name: string, extra: object = {}) =>
  server.asAdmin('POST', ACCOUNTS, { metadata: { name }, ...extra });

async function tokenOf(name: string, spec: object = {}, token = server.adminToken) {
  const { status, body } = await server.ask({
    method: 'POST',
    path: `${ACCOUNTS}/${name}/token`,
    token,
    body: { spec },
  });
  return { status, body, ...(body['status'] as { token: string; expirationTimestamp: string }) };
}

describe('a service account', () => {
  it('is an object like others', async () => {
    expect(await created('robot', { imagePullSecrets: [{ name: 'pull' }] })).toMatchObject({ status: 201 });
    expect((await created('robot')).body).toMatchObject({ reason: 'AlreadyExists' });
    const { body } = await server.asAdmin('GET', `${ACCOUNTS}/robot`);
    expect(body).toMatchObject({ kind: 'ServiceAccount', imagePullSecrets: [{ name: 'pull' }] });
    const patched = await server.asAdmin('PATCH', `${ACCOUNTS}/robot`, {
      metadata: { labels: { a: 'b' } },
      imagePullSecrets: null,
    });
    expect(patched.body).toMatchObject({ metadata: { labels: { a: 'b' } } });
    expect(patched.body['imagePullSecrets']).toBeUndefined();
    const list = await server.asAdmin('GET', '/api/v1/serviceaccounts?labelSelector=a%3Db');
    expect((list.body['items'] as Json[]).length).toBe(1);
    expect((await server.asAdmin('DELETE', `${ACCOUNTS}/robot`)).status).toBe(200);
    expect((await server.asAdmin('GET', `${ACCOUNTS}/robot`)).status).toBe(404);
  });

  it('is watched', async () => {
    const before = (await server.asAdmin('GET', ACCOUNTS)).body['metadata'] as { readonly resourceVersion: string };
    await created('seen');
    await server.asAdmin('DELETE', `${ACCOUNTS}/seen`);
    const { text } = await server.read(
      `${ACCOUNTS}?watch=true&timeoutSeconds=1&resourceVersion=${before.resourceVersion}&fieldSelector=metadata.name%3Dseen`,
    );
    const types = text
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { type: string }).type]));
    expect(types).toEqual(['ADDED', 'DELETED']);
  });

  it('cannot be created where there is no namespace', async () => {
    const { body } = await server.asAdmin('POST', '/api/v1/namespaces/nowhere/serviceaccounts', {
      metadata: { name: 'x' },
    });
    expect(body).toMatchObject({ reason: 'NotFound', message: 'namespaces "nowhere" not found' });
  });
});

describe('a token of a service account', () => {
  it('has the rights that its bindings give it, and no others', async () => {
    await created('pusher');
    await server.give('team', 'edit', { kind: 'ServiceAccount', name: 'pusher', namespace: 'team' });
    const { token } = await tokenOf('pusher');
    expect(
      await server.ask({ method: 'POST', path: STREAMS, token, body: { metadata: { name: 'app' } } }),
    ).toMatchObject({
      status: 201,
    });
    const elsewhere = STREAMS.replace('/team/', '/default/');
    const refused = await server.ask({ method: 'POST', path: elsewhere, token, body: { metadata: { name: 'app' } } });
    expect(refused.body.message).toContain('User "system:serviceaccount:team:pusher" cannot create');
  });

  it('is good for an hour unless something else is asked for, and never for longer than is allowed', async () => {
    await created('timed');
    const lifetime = async (spec: object): Promise<unknown> =>
      ((await tokenOf('timed', spec)).body['spec'] as { readonly expirationSeconds: number }).expirationSeconds;
    expect(await lifetime({})).toBe(3_600);
    expect(await lifetime({ expirationSeconds: 600 })).toBe(600);
    expect(await lifetime({ expirationSeconds: 100_000 })).toBe(7_200);
    const { expirationTimestamp } = await tokenOf('timed');
    expect(expirationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it.each([
    [{ expirationSeconds: 599 }, 'spec.expirationSeconds'],
    [{ expirationSeconds: 2 ** 33 }, 'spec.expirationSeconds'],
    [{ boundObjectRef: { kind: 'Pod', name: 'p' } }, 'spec.boundObjectRef'],
    [{ audiences: Array.from({ length: 21 }, (_, index) => `a${index}`) }, 'spec.audiences'],
  ])('is refused as %j', async (spec, field) => {
    await created('wrong');
    expect((await tokenOf('wrong', spec)).body).toMatchObject({ code: 422, details: { causes: [{ field }] } });
  });

  it('is made by those who may edit, and not by those who may look', async () => {
    await created('owned');
    expect((await tokenOf('owned', {}, 'token-of-ed')).status).toBe(201);
    expect((await tokenOf('owned', {}, 'token-of-vi')).status).toBe(403);
    expect((await tokenOf('missing', {}, 'token-of-ed')).body).toMatchObject({ code: 404 });
  });

  it('ends with its namespace', async () => {
    await server.asAdmin('POST', '/api/v1/namespaces', { metadata: { name: 'brief' } });
    const accounts = '/api/v1/namespaces/brief/serviceaccounts';
    await server.asAdmin('POST', accounts, { metadata: { name: 'robot' } });
    const { body } = await server.asAdmin('POST', `${accounts}/robot/token`, { spec: {} });
    const { token } = body['status'] as { readonly token: string };
    expect(await server.whoIs({ token })).toMatchObject({ username: 'system:serviceaccount:brief:robot' });
    await server.asAdmin('DELETE', '/api/v1/namespaces/brief');
    await vi.waitFor(async () => expect(await server.whoIs({ token })).toBe(401), { timeout: 10_000 });
  });

  it('ends at once when its account is deleted, and is no token of the next of that name', async () => {
    await created('brief');
    const { token } = await tokenOf('brief');
    expect(await server.whoIs({ token })).toMatchObject({ username: 'system:serviceaccount:team:brief' });
    await server.asAdmin('DELETE', `${ACCOUNTS}/brief`);
    expect(await server.whoIs({ token })).toBe(401);
    await created('brief');
    expect(await server.whoIs({ token })).toBe(401);
  });

  it('is in no event, and is good after a restart', async () => {
    await created('lasting');
    const { token } = await tokenOf('lasting');
    const before = (await server.asAdmin('GET', ACCOUNTS)).body['metadata'];
    await tokenOf('lasting');
    expect((await server.asAdmin('GET', ACCOUNTS)).body['metadata']).toEqual(before);
    await server.restart();
    expect(await server.whoIs({ token })).toMatchObject({ username: 'system:serviceaccount:team:lasting' });
  });

  it('finds itself as a user', async () => {
    await created('self');
    const { token } = await tokenOf('self');
    const { body } = await server.ask({ path: '/apis/user.openshift.io/v1/users/~', token });
    expect(body).toMatchObject({
      metadata: { name: 'system:serviceaccount:team:self' },
      groups: ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'],
    });
  });
});

describe('a token review', () => {
  const review = async (token: string, audiences?: readonly string[]) => {
    const spec = { token, ...(audiences && { audiences }) };
    return server.asAdmin('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec });
  };

  it('tells whose a token is, without repeating it', async () => {
    await created('reviewed');
    const { token } = await tokenOf('reviewed', { audiences: ['registry.example.com'] });
    const { status, body } = await review(token, ['registry.example.com']);
    expect(status).toBe(201);
    expect(body['status']).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:team:reviewed' },
      audiences: ['registry.example.com'],
    });
    expect(JSON.stringify(body)).not.toContain(token);
    expect((await review(token)).body['status']).toEqual({ authenticated: false, user: {} });
  });

  it('knows every kind of token, and says nothing of one that is wrong', async () => {
    expect((await review('token-of-ed')).body['status']).toMatchObject({
      authenticated: true,
      user: { username: 'ed' },
    });
    expect((await review(server.adminToken)).body['status']).toMatchObject({ user: { username: 'system:admin' } });
    expect((await review('token-of-ed', ['other'])).body['status']).toEqual({ authenticated: false, user: {} });
    expect((await review('wrong')).body['status']).toEqual({ authenticated: false, user: {} });
    expect((await review('')).body).toMatchObject({ code: 422 });
  });

  it('is for those who may ask', async () => {
    const body = { spec: { token: 'token-of-vi' } };
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    expect((await server.ask({ method: 'POST', path, token: 'token-of-ed', body })).status).toBe(403);
  });
});
