import { describe, expect, it } from 'vitest';
import { GROUP } from './harness/api-client.js';
import { givenServer } from './harness/given.js';
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
