import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { InProcessKubeApi, type KubeApiFault } from '#lib/testing';
import { AccessServer } from './access-server.js';

const STREAMS = '/apis/image.openshift.io/v1/namespaces/team/imagestreams';
const STREAM = { metadata: { name: 'app' } };

let kube: InProcessKubeApi;
let server: AccessServer;

beforeAll(async () => {
  kube = await InProcessKubeApi.start();
  server = await AccessServer.start(
    { kubeconfig: kube.kubeconfig(), 'tokens.csv': 'token-of-carl,carl,7' },
    {
      TAGLINE_ACCESS_DELEGATE_KUBECONFIG: 'kubeconfig',
      TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv',
      TAGLINE_ACCESS_DELEGATE_TIMEOUT: '2s',
    },
  );
});
afterAll(async () => {
  await server.stop();
  await kube.stop();
});

beforeEach(() => {
  kube.seen.length = 0;
  kube.fault = undefined;
  kube.allows = ({ user, resource, path }) =>
    user === 'ann' && (resource === 'imagestreams' || resource === 'selfsubjectreviews' || path === '/metrics');
  kube.tokens.set('token-of-ann', { username: 'ann', uid: '1', groups: ['web'], extra: { scopes: ['all'] } });
  kube.namespaces.set('team', 'Active');
});
// Each test begins with nothing remembered: the clock is where no earlier answer counts any longer.
let hours = 0;
beforeEach(() => {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(now + ++hours * 3_600_000);
});
afterEach(() => vi.useRealTimers());

const later = (milliseconds: number): void => void vi.setSystemTime(Date.now() + milliseconds);
const list = (token?: string) => server.ask({ path: STREAMS, token });

describe('a token that nobody here knows', () => {
  it('is shown to the API server, which says whose it is', async () => {
    expect(await server.whoIs({ token: 'token-of-ann' })).toEqual({
      username: 'ann',
      uid: '1',
      groups: ['web', 'system:authenticated'],
      extra: { scopes: ['all'] },
    });
    expect(kube.asked('tokenreviews')).toEqual([
      expect.objectContaining({ by: 'token-of-tagline', spec: { token: 'token-of-ann' } }),
    ]);
  });

  it('is refused when it is not known there either', async () => {
    const { status, body } = await list('wrong');
    expect([status, body.message]).toEqual([401, 'Unauthorized']);
  });

  it('is asked about once in a while, whether or not it is good', async () => {
    for (const token of ['token-of-ann', 'wrong']) {
      for (let turn = 0; turn < 3; turn++) await list(token);
      expect(kube.asked('tokenreviews').filter(({ spec }) => spec?.['token'] === token).length).toBe(1);
    }
    later(11_000);
    kube.tokens.delete('token-of-ann');
    expect((await list('token-of-ann')).status).toBe(401);
  });

  it('is asked about once by many requests at a time', async () => {
    await Promise.all(Array.from({ length: 8 }, () => list('token-of-ann')));
    expect(kube.asked('tokenreviews').length).toBe(1);
  });

  it.each<KubeApiFault>(['hangs', 'fails', 'endless', 'no JSON'])(
    'is refused while the API server %s, and good at once after',
    async (fault) => {
      kube.fault = fault;
      expect((await list('token-of-ann')).status).toBe(401);
      kube.fault = undefined;
      expect((await list('token-of-ann')).status).toBe(200);
    },
  );

  it('is not asked about where it is known here', async () => {
    await list('token-of-carl');
    await list(server.adminToken);
    await list();
    expect(kube.asked('tokenreviews')).toEqual([]);
  });
});

describe('what somebody may do', () => {
  it('is asked of the API server, with everything that is known of them', async () => {
    expect((await list('token-of-ann')).status).toBe(200);
    expect(kube.asked('subjectaccessreviews').map(({ spec }) => spec)).toEqual([
      {
        user: 'ann',
        uid: '1',
        groups: ['web', 'system:authenticated'],
        extra: { scopes: ['all'] },
        resourceAttributes: {
          group: 'image.openshift.io',
          version: '*',
          resource: 'imagestreams',
          verb: 'list',
          namespace: 'team',
        },
      },
    ]);
  });

  it('may be about a part of a resource, and about paths', async () => {
    await server.ask({ path: `${STREAMS}/app/layers`, token: 'token-of-ann' });
    expect((await server.ask({ path: '/metrics', token: 'token-of-ann' })).status).toBe(200);
    expect(kube.asked('subjectaccessreviews').map(({ spec }) => spec)).toEqual([
      expect.objectContaining({
        resourceAttributes: expect.objectContaining({
          resource: 'imagestreams',
          subresource: 'layers',
          name: 'app',
        }) as object,
      }),
      expect.objectContaining({ nonResourceAttributes: { path: '/metrics', verb: 'get' } }),
    ]);
  });

  it('is refused with its reason', async () => {
    kube.allows = () => false;
    const { status, body } = await list('token-of-ann');
    expect([status, body.message]).toEqual([
      403,
      'imagestreams.image.openshift.io is forbidden: User "ann" cannot list resource "imagestreams" in API group ' +
        '"image.openshift.io" in the namespace "team": no rule of the test',
    ]);
  });

  it('is remembered for a while, as is that they may not', async () => {
    for (let turn = 0; turn < 3; turn++) await list('token-of-ann');
    for (let turn = 0; turn < 3; turn++) await list('token-of-carl');
    expect(kube.asked('subjectaccessreviews').map(({ spec }) => spec?.['user'])).toEqual(['ann', 'carl']);
    later(11_000);
    kube.allows = ({ user }) => user === 'carl';
    expect([(await list('token-of-ann')).status, (await list('token-of-carl')).status]).toEqual([403, 200]);
  });

  it.each<KubeApiFault>(['hangs', 'fails', 'endless', 'no JSON'])(
    'is nothing while the API server %s, which is not remembered',
    async (fault) => {
      kube.fault = fault;
      const { status, body } = await list('token-of-carl');
      expect(status).toBe(403);
      expect(body.message).toContain('User "carl" cannot list resource "imagestreams"');
      expect(body.message).toContain('the API server that decides cannot be asked');
      kube.fault = undefined;
      kube.allows = () => true;
      expect((await list('token-of-carl')).status).toBe(200);
    },
  );

  it('is everything for the administrator of this server, also while the API server is away', async () => {
    await kube.suspend();
    expect((await list(server.adminToken)).status).toBe(200);
    expect((await list('token-of-ann')).status).toBe(401);
    expect((await server.ask({ path: '/readyz' })).status).toBe(200);
    await kube.resume();
    expect(kube.seen).toEqual([]);
    expect((await list('token-of-ann')).status).toBe(200);
  });

  it('is not decided by roles of this server, which has none then', async () => {
    for (const path of [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      '/apis/user.openshift.io/v1/groups',
      '/api/v1/serviceaccounts',
      '/api/v1/secrets',
    ]) {
      expect([path, (await server.asAdmin('GET', path)).status]).toEqual([path, 404]);
    }
  });

  it('cannot be listed', async () => {
    kube.allows = () => true;
    const body = { spec: { namespace: 'team' } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const answer = await server.ask({ method: 'POST', path, token: 'token-of-ann', body });
    expect(answer.body['status']).toEqual({ incomplete: true, resourceRules: [], nonResourceRules: [] });
  });
});

describe('a namespace', () => {
  const create = () => server.ask({ method: 'POST', path: STREAMS, token: 'token-of-ann', body: STREAM });

  it('is one of the API server', async () => {
    kube.namespaces.delete('team');
    expect((await create()).body).toMatchObject({ code: 404, message: 'namespaces "team" not found' });
    kube.namespaces.set('team', 'Terminating');
    expect((await create()).body).toMatchObject({
      code: 403,
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    kube.namespaces.set('team', 'Active');
    expect((await create()).status).toBe(201);
  });

  it('is not guessed at while the API server is away', async () => {
    expect((await list('token-of-ann')).status).toBe(200);
    await kube.suspend();
    const { body } = await server.asAdmin('POST', STREAMS, { metadata: { name: 'other' } });
    expect(body).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
    await kube.resume();
  });

  it('gives imports the pull secrets that Tagline may see', async () => {
    const pull = {
      metadata: { name: 'pull' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': 'e30=' },
    };
    kube.secrets.set('team', [pull, { metadata: { name: 'other' }, type: 'Opaque', data: {} }]);
    const secrets = async () => (await server.asAdmin('GET', `${STREAMS}/app/secrets`)).body['items'];
    expect(await secrets()).toMatchObject([{ metadata: { name: 'pull', namespace: 'team' } }]);
    kube.secrets.set('team', undefined);
    expect(await secrets()).toEqual([]);
  });
});
