import { expect, it, onTestFinished } from 'vitest';
import { MediaType, sha256Digest } from '#lib/registry';
import { InProcessRegistry, type InProcessRegistryOptions } from './in-process-registry.js';

async function start(options?: InProcessRegistryOptions) {
  const registry = await InProcessRegistry.start(options);
  onTestFinished(() => registry.close());
  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, registry.url), { method, headers, ...(body !== undefined && { body }) });
  return { registry, send };
}

it('takes a push: blobs in pieces or at once, then the manifest', async () => {
  const { send } = await start();
  const begun = await send('POST', '/v2/a/b/blobs/uploads/');
  expect(begun.status).toBe(202);
  const upload = begun.headers.get('location') ?? '';
  expect((await send('PATCH', upload, 'lay')).headers.get('range')).toBe('0-2');
  expect((await send('PUT', `${upload}?digest=${sha256Digest('layer')}`, 'er')).status).toBe(201);
  const config = sha256Digest('{}');
  expect((await send('POST', `/v2/a/b/blobs/uploads/?digest=${config}`, '{}')).status).toBe(201);
  expect((await send('POST', `/v2/a/b/blobs/uploads/?digest=${config}`, 'other')).status).toBe(400);
  expect(await (await send('GET', `/v2/a/b/blobs/${sha256Digest('layer')}`)).text()).toBe('layer');

  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'x', digest: config, size: 2 },
    layers: [],
  });
  const type = { 'content-type': MediaType.ociManifest };
  const pushed = await send('PUT', '/v2/a/b/manifests/v1', manifest, type);
  expect([pushed.status, pushed.headers.get('docker-content-digest')]).toEqual([201, sha256Digest(manifest)]);
  expect((await send('PUT', '/v2/a/b/manifests/v2', 'nonsense', type)).status).toBe(400);
  const head = await send('HEAD', `/v2/a/b/manifests/${sha256Digest(manifest)}`);
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(manifest.length)]);
  expect(await (await send('GET', '/v2/a/b/tags/list')).json()).toEqual({ name: 'a/b', tags: ['v1'] });
});

it('pages its tags', async () => {
  const { registry, send } = await start();
  for (const tag of ['c', 'a', 'b']) registry.image({ repository: 'a/b', tag });
  const page = await send('GET', '/v2/a/b/tags/list?n=2');
  expect(await page.json()).toEqual({ name: 'a/b', tags: ['a', 'b'] });
  expect(page.headers.get('link')).toBe('</v2/a/b/tags/list?n=2&last=b>; rel="next"');
  const last = await send('GET', '/v2/a/b/tags/list?n=2&last=b');
  expect(await last.json()).toEqual({ name: 'a/b', tags: ['c'] });
  expect(last.headers.get('link')).toBeNull();
});

it('counts what it is asked, and strikes with faults as often as planned', async () => {
  const { registry, send } = await start();
  registry.fault(/manifests/, { kind: 'status', status: 500 }, { times: 1, method: 'GET' });
  const statuses: number[] = [];
  for (const method of ['HEAD', 'GET', 'GET']) statuses.push((await send(method, '/v2/a/b/manifests/x')).status);
  expect(statuses).toEqual([404, 500, 404]);
  expect([registry.count('manifest'), registry.count('manifest', 'HEAD')]).toEqual([3, 1]);
});

it('gives equal images for equal descriptions, with shared layers', async () => {
  const { registry } = await start();
  const one = registry.image({ repository: 'a/b', tag: '1', env: ['A=1'] });
  expect(registry.image({ repository: 'a/b', tag: '2', env: ['A=1'] }).digest).toBe(one.digest);
  const other = registry.image({ repository: 'a/b', tag: '3', env: ['A=2'] });
  expect(other.digest).not.toBe(one.digest);
  expect(other.layers).toEqual(one.layers);
  expect(registry.image({ repository: 'a/b', content: 'x' }).layers).not.toEqual(one.layers);
});
