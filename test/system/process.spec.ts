import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { GROUP } from './harness/api-client.js';
import { eventually } from './harness/eventually.js';
import { digestOf, imageStream, imageStreamImport, mapping } from './harness/image-objects.js';
import { newDataDir, TaglineServer } from './harness/tagline-server.js';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function started(options: Parameters<typeof TaglineServer.start>[0] = {}): Promise<TaglineServer> {
  const server = await TaglineServer.start(options);
  cleanUps.push(() => server.dispose());
  return server;
}

async function newNamespace(server: TaglineServer): Promise<ReturnType<TaglineServer['api']>> {
  const api = server.api({ connections: 8 });
  cleanUps.push(async () => api.close());
  const { code } = await api.post('/api/v1/namespaces', { metadata: { name: 'team' } });
  expect(code).toBe(201);
  return api;
}

describe('the server', () => {
  it('stops with 0 when it is asked to, and has everything when it starts again', async () => {
    const first = await started();
    const api = await newNamespace(first);
    await api.post(`${GROUP}/namespaces/team/imagestreams`, imageStream('app'));
    await api.post(`${GROUP}/namespaces/team/imagestreammappings`, mapping('team', 'app', '1', digestOf('one')));
    const before = await api.get(`${GROUP}/namespaces/team/imagestreams/app`);
    expect(await first.stop()).toBe(0);

    const second = await TaglineServer.start({ dataDir: first.dataDir });
    cleanUps.unshift(() => second.kill());
    const after = second.api();
    expect(await after.get(`${GROUP}/namespaces/team/imagestreams/app`)).toEqual(before);
    after.close();
    expect(second.token).toBe(first.token);
  });

  it('is restored from a copy of its log', async () => {
    const first = await started();
    const api = await newNamespace(first);
    await api.post(`${GROUP}/namespaces/team/imagestreams`, imageStream('app'));
    await api.post(`${GROUP}/namespaces/team/imagestreammappings`, mapping('team', 'app', '1', digestOf('one')));
    const before = await api.get(`${GROUP}/namespaces/team/imagestreams/app`);
    await first.stop();
    const dataDir = await newDataDir();
    await copyFile(join(first.dataDir, 'events.lmdb'), join(dataDir, 'events.lmdb'));

    const second = await started({ dataDir });
    const after = second.api();
    expect(await after.get(`${GROUP}/namespaces/team/imagestreams/app`)).toEqual(before);
    after.close();
    expect(second.token).not.toBe(first.token);
  });

  it('answers what is under way before it stops, and ends watches', async () => {
    const slow = await slowRegistry();
    const server = await started();
    const api = await newNamespace(server);
    const watch = api.get(`${GROUP}/namespaces/team/imagestreams?watch=true`);
    const importing = api.post(
      `${GROUP}/namespaces/team/imagestreamimports`,
      imageStreamImport('app', { images: [{ from: `127.0.0.1:${slow.port}/tools/box:1`, to: '1' }] }),
    );
    await eventually('the registry is asked', async () => (slow.asked() ? true : undefined));
    const stopped = server.stop();
    expect(await importing).toMatchObject({ code: 201 });
    expect(await watch).toMatchObject({ code: 200 });
    expect(await stopped).toBe(0);
  });

  it('tells what it does: version, metrics, and requests by their id', async () => {
    const server = await started({ env: { TAGLINE_LOG_LEVEL: 'debug' } });
    const api = await newNamespace(server);
    expect((await api.get('/version')).body).toMatchObject({ major: '1', minor: '32' });
    expect((await api.get('/metrics')).text).toMatch(/^tagline_projected_position \d+$/m);
    const line = JSON.parse(await server.logged('"path":"/api/v1/namespaces"')) as Record<string, unknown>;
    expect(line).toMatchObject({ method: 'POST', code: 201, user: 'system:admin' });
    expect(line['requestId']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses a data directory that another server runs on', async () => {
    const server = await started();
    const { code, stderr } = await TaglineServer.refused({ dataDir: server.dataDir });
    expect(code).toBe(1);
    expect(stderr).toContain(server.dataDir);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    const api = server.api();
    expect(await api.get('/readyz')).toMatchObject({ code: 200 });
    api.close();
  });
});

describe('a wrong configuration', () => {
  it.each([
    ['listen', { TAGLINE_LISTEN: 'nonsense' }],
    ['images.importMode', { TAGLINE_IMAGES_IMPORT_MODE: 'Sometimes' }],
    ['images.allowedRegistriesForImport', { TAGLINE_IMAGES_ALLOWED_REGISTRIES_FOR_IMPORT: 'not json' }],
    ['limits.maxRequestBytes', { TAGLINE_LIMITS_MAX_REQUEST_BYTES: '-1' }],
    ['tls.certFile', { TAGLINE_TLS_CERT_FILE: '/nowhere/cert.pem', TAGLINE_TLS_KEY_FILE: '/nowhere/key.pem' }],
    ['TAGLINE_IMAGES_IMPORTMODE', { TAGLINE_IMAGES_IMPORTMODE: 'Legacy' }],
  ])('stops the start with one message that names %s', async (key, env) => {
    const dataDir = await newDataDir();
    cleanUps.push(() => rm(dataDir, { recursive: true }));
    const { code, stdout, stderr } = await TaglineServer.refused({ dataDir, env });
    expect(code).toBe(1);
    expect(stderr.match(/^tagline: The configuration is not valid:/gm)).toHaveLength(1);
    expect(stderr).toContain(key);
    // One wrong key is told in the same line, several below it.
    const wrong = Object.keys(env).length;
    expect(stderr.trimEnd().split('\n')).toHaveLength(wrong === 1 ? 1 : 1 + wrong);
    expect(stdout).toBe('');
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('names the key of a file, also one that does not exist', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-config-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'images:\n  importModes: Legacy\n');
    const { code, stderr } = await TaglineServer.refused({
      dataDir: join(folder, 'data'),
      env: { TAGLINE_CONFIG: file },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('images.importModes');
  });
});

/** Something that takes its time to say that it has nothing. */
async function slowRegistry(): Promise<{ readonly port: number; readonly asked: () => boolean }> {
  let asked = false;
  const server: Server = createServer((_, response) => {
    asked = true;
    setTimeout(() => response.writeHead(404).end(), 1_000);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}
