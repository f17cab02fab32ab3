import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP } from './harness/api-client.js';
import { DockerRegistry } from './harness/docker-registry.js';
import { eventually } from './harness/eventually.js';
import { givenServer } from './harness/given.js';

const given = givenServer();

describe('a registry that tells of its pushes', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    const { url, token, dataDir } = given.server;
    registry = await DockerRegistry.start({
      notify: { url: new URL('/webhooks/registry', url).href, token, caFile: join(dataDir, 'ca.crt') },
    });
  });
  afterAll(() => registry.stop());

  const shown = (tag: string) =>
    eventually(`the tag ${tag}`, async () => {
      const { code, body } = await given.api.get(`${GROUP}/namespaces/team/imagestreamtags/${tag}`);
      return code === 200 ? (body as unknown as { image: { dockerImageReference: string } }).image : undefined;
    });

  it('moves the tag of the stream of the same name, which it makes', async () => {
    const { digest } = await registry.push('team/web', 'v1');
    expect((await shown('web:v1')).dockerImageReference).toBe(`${registry.host}/team/web@${digest}`);
  });

  it('keeps what the tag was in its history, with who moved it', async () => {
    const { digest } = await registry.push('team/web', 'v1', { platforms: ['amd64', 'arm64'] });
    await eventually('the newer image', async () =>
      (await shown('web:v1')).dockerImageReference.endsWith(digest) ? true : undefined,
    );
    const moves = await given.kubectl.table('get', 'tagrevisions', '-l', 'tagline.dev/tag=v1');
    expect(moves).toMatchObject([
      { MOVE: 'Pushed', USER: 'system:admin' },
      { MOVE: 'Pushed', USER: 'system:admin' },
    ]);
  });

  it('is not held up by a push to a namespace that is not there', async () => {
    await registry.push('nowhere/web', 'v1');
    await given.server.logged('a push that a registry told of did not move its tag');
    const { digest } = await registry.push('team/web', 'v2');
    expect((await shown('web:v2')).dockerImageReference).toContain(digest);
  });

  it('is not heard without a token that may tell', async () => {
    const stranger = given.server.api({ token: undefined });
    const { code } = await stranger.post('/webhooks/registry', { events: [] });
    stranger.close();
    expect([401, 403]).toContain(code);
    expect((await given.api.get('/webhooks/registry')).code).toBe(405);
  });
});
