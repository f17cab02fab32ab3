import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { GROUP } from './harness/api-client.js';
import { givenServer } from './harness/given.js';
import { digestOf, mapping } from './harness/image-objects.js';
import { kubectlIsAtLeast } from './harness/tools.js';

const given = givenServer();

describe('access', () => {
  it('is the administrator’s with the token of the first start', async () => {
    expect(await given.kubectl.run('auth', 'can-i', 'create', 'imagestreams')).toBe('yes\n');
    expect(await given.kubectl.run('auth', 'can-i', '--list')).toContain('*.*');
  });

  it.runIf(kubectlIsAtLeast('1.28'))('tells who somebody is (kubectl 1.28)', async () => {
    expect(await given.kubectl.run('auth', 'whoami')).toMatch(/Username +system:admin/);
  });

  it.each([
    ['no token', undefined],
    ['a wrong token', 'wrong'],
  ])('is refused with %s', async (_, token) => {
    const api = given.server.api({ token });
    for (const path of [`${GROUP}/imagestreams`, '/api/v1/namespaces', '/openapi/v2', '/metrics']) {
      const { code, body } = await api.get(path);
      expect([path, code === 401 || code === 403]).toEqual([path, true]);
      expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code });
    }
    expect((await api.post(`${GROUP}/namespaces/team/imagestreams`, {})).code).toBeGreaterThanOrEqual(401);
    api.close();
  });

  it('is open to probes', async () => {
    const api = given.server.api({ token: undefined });
    for (const path of ['/livez', '/readyz', '/healthz']) expect(await api.get(path)).toMatchObject({ code: 200 });
    api.close();
  });

  it('never shows the token in the log', () => {
    expect(given.server.log.join('\n')).not.toContain(given.server.token);
  });
});

describe('somebody who acts as somebody else', () => {
  beforeAll(async () => {
    await given.kubectl.run('create', 'rolebinding', 'web-edits', '--clusterrole=edit', '--group=web');
  });

  it('has the rights of the other, and no more', async () => {
    const { kubectl } = given;
    const asAnn = ['--as=ann', '--as-group=web'];
    expect(await kubectl.run(...asAnn, 'auth', 'can-i', 'create', 'imagestreams')).toBe('yes\n');
    expect(await kubectl.run(...asAnn, 'get', 'imagestreams')).toBe('');
    expect(await kubectl.fails('--as=ann', 'get', 'imagestreams')).toContain(
      'User "ann" cannot list resource "imagestreams" in API group "image.openshift.io" in the namespace "team"',
    );
    expect(await kubectl.fails(...asAnn, 'get', 'imagestreams', '-n', 'default')).toContain('is forbidden');
  });

  it.runIf(kubectlIsAtLeast('1.28'))('is told who they are then', async () => {
    const printed = await given.kubectl.run('--as=ann', '--as-group=web', 'auth', 'whoami');
    expect(printed).toMatch(/Username +ann\n/);
    expect(printed).toMatch(/Groups +\[web system:authenticated\]/);
  });

  it('needs the right to', async () => {
    await given.kubectl.run('create', 'serviceaccount', 'ambitious');
    const token = await tokenOf('ambitious');
    expect(await given.kubectl.fails(`--token=${token}`, '--as=system:admin', 'get', 'imagestreams')).toContain(
      'User "system:serviceaccount:team:ambitious" cannot impersonate resource "users"',
    );
  });

  it('is told what they may do', async () => {
    const printed = await given.kubectl.run('--as=ann', '--as-group=web', 'auth', 'can-i', '--list');
    expect(printed).toMatch(/imagestreams\.image\.openshift\.io\/layers .*\[get update\]/);
    expect(printed).not.toContain('*.*');
    const alone = await given.kubectl.run('--as=ann', 'auth', 'can-i', '--list');
    expect(alone).toContain('selfsubjectreviews.authentication.k8s.io');
    expect(alone).not.toContain('imagestreams');
  });
});

describe('a robot', () => {
  beforeAll(async () => {
    await given.kubectl.run('create', 'serviceaccount', 'robot');
    await given.kubectl.run('create', 'rolebinding', 'robot', '--clusterrole=edit', '--serviceaccount=team:robot');
  });

  it('pushes with its token where it may, and nowhere else', async () => {
    const api = given.server.api({ token: await tokenOf('robot') });
    const push = (namespace: string) =>
      api.post(
        `${GROUP}/namespaces/${namespace}/imagestreammappings`,
        mapping(namespace, 'app', 'v1', digestOf('robot')),
      );
    await api.post(`${GROUP}/namespaces/team/imagestreams`, { metadata: { name: 'app' } });
    expect((await push('team')).code).toBe(201);
    const refused = await push('default');
    expect([refused.code, refused.body.reason]).toEqual([403, 'Forbidden']);
    expect(refused.body.message).toContain('User "system:serviceaccount:team:robot" cannot create');
    api.close();
    expect(await given.kubectl.run('get', 'tagrevisions', '-o', 'wide')).toContain('system:serviceaccount:team:robot');
  });

  it('has a token for as long as was asked for', async () => {
    const { exp = 0, iat = 0 } = decodeJwt(await tokenOf('robot', '--duration=2h'));
    expect(exp - iat).toBe(7_200);
    expect(await given.kubectl.fails('create', 'token', 'robot', '--duration=1m')).toContain(
      'may not specify a duration less than 10 minutes',
    );
  });

  it('is refused with a token whose time is up', async () => {
    const token = await tokenOf('robot');
    const claims = decodeJwt(token);
    const key = createPrivateKey(await readFile(join(given.server.dataDir, 'tokens.key'), 'utf8'));
    const { alg = '', kid = '' } = decodeProtectedHeader(token);
    // The very token, but for its time.
    const aged = (seconds: number): Promise<string> =>
      new SignJWT({ ...claims, exp: (claims.iat ?? 0) + seconds }).setProtectedHeader({ alg, kid }).sign(key);
    const isKnown = async (bearer: string): Promise<boolean> => {
      const api = given.server.api({ token: bearer });
      const { code } = await api.get(`${GROUP}/namespaces/team/imagestreams`);
      api.close();
      return code === 200;
    };
    expect(await isKnown(await aged(600))).toBe(true);
    expect(await isKnown(await aged(-1))).toBe(false);
    expect(await given.kubectl.fails(`--token=${await aged(-1)}`, 'get', 'imagestreams')).toContain(
      'You must be logged in to the server',
    );
  });

  it('is nobody once its account is deleted', async () => {
    await given.kubectl.run('create', 'serviceaccount', 'brief');
    const token = await tokenOf('brief');
    expect(await given.kubectl.run(`--token=${token}`, 'auth', 'can-i', 'get', '/version')).toBe('yes\n');
    await given.kubectl.run('delete', 'serviceaccount', 'brief');
    expect(await given.kubectl.fails(`--token=${token}`, 'get', 'imagestreams')).toContain('You must be logged in');
  });

  it('has tokens that are neither in the log of the server nor in that of events', async () => {
    const token = await tokenOf('robot');
    const [, , signature = ''] = token.split('.');
    const log = given.server.log.join('\n');
    expect(log).not.toContain(signature);
    expect(log).toContain(`token ${decodeJwt(token).jti} of \\"team/robot\\"`);
    const events = await readFile(join(given.server.dataDir, 'events.lmdb'));
    expect(events.includes(signature)).toBe(false);
    expect(events.includes('ServiceAccountCreated')).toBe(true);
  });
});

const tokenOf = async (account: string, ...options: string[]): Promise<string> =>
  (await given.kubectl.run('create', 'token', account, ...options)).trim();
