import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcessKubeApi, TestAuthority } from '#lib/testing';
import { imageStream } from './harness/image-objects.js';
import { Kubectl } from './harness/kubectl.js';
import { TaglineServer } from './harness/tagline-server.js';

let folder: string;
let kube: InProcessKubeApi;
let server: TaglineServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tagline-aggregated-'));
  kube = await InProcessKubeApi.start();
  const proxies = await TestAuthority.create('front-proxy.example.com');
  kube.extensionAuthentication = {
    'client-ca-file': kube.clients.cert,
    'requestheader-client-ca-file': proxies.cert,
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-username-headers': '["X-Remote-User"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  };
  kube.namespaces.set('team', 'Active');
  kube.tokens.set('token-of-ann', { username: 'ann', groups: ['web', 'system:authenticated'] });
  kube.tokens.set('token-of-bob', { username: 'bob', groups: ['system:authenticated'] });
  kube.allows = ({ user, groups, namespace, path, verb }) =>
    (path !== undefined && verb === 'get' && groups.includes('system:authenticated')) ||
    (user === 'ann' && (namespace === 'team' || namespace === 'gone'));
  await writeFile(join(folder, 'kubeconfig'), kube.kubeconfig());
  server = await TaglineServer.start({
    env: {
      TAGLINE_ACCESS_DELEGATE_KUBECONFIG: join(folder, 'kubeconfig'),
      TAGLINE_ACCESS_DELEGATE_AGGREGATED: 'true',
    },
  });
  kube.aggregated = {
    url: server.url.origin,
    ca: await readFile(join(server.dataDir, 'ca.crt'), 'utf8'),
    certificate: await proxies.issue({ commonName: 'front-proxy-client' }),
  };
});
afterAll(async () => {
  await server?.dispose();
  await kube?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A kubectl of the cluster: it knows the API server, and nothing of Tagline. */
async function kubectlOf(token: string): Promise<Kubectl> {
  const path = join(folder, token);
  await writeFile(path, kube.kubeconfig({ token }));
  return Kubectl.of(path);
}

describe('kubectl of a cluster, through its API server', () => {
  it('creates image streams, changes them and finds them', async () => {
    const kubectl = await kubectlOf('token-of-ann');
    const file = await kubectl.file('app.json', imageStream('app', { lookupPolicy: { local: true } }));
    expect(await kubectl.run('create', '-n', 'team', '-f', file)).toContain(
      'imagestream.image.openshift.io/app created',
    );
    const changed = await kubectl.file('app.json', imageStream('app', { lookupPolicy: { local: false } }));
    expect(await kubectl.run('apply', '-n', 'team', '-f', changed)).toContain('app configured');
    expect((await kubectl.table('get', 'is', '-n', 'team')).map(({ NAME }) => NAME)).toEqual(['app']);
    await kubectl.dispose();
  });

  it('is refused what the cluster refuses, in its words', async () => {
    const kubectl = await kubectlOf('token-of-bob');
    expect(await kubectl.fails('get', 'is', '-n', 'team')).toContain(
      'User "bob" cannot list resource "imagestreams" in API group "image.openshift.io" in the namespace "team"',
    );
    await kubectl.dispose();
  });

  it('creates nothing in a namespace that the cluster does not have', async () => {
    const kubectl = await kubectlOf('token-of-ann');
    const file = await kubectl.file('app.json', imageStream('app'));
    expect(await kubectl.fails('create', '-n', 'gone', '-f', file)).toContain('namespaces "gone" not found');
    await kubectl.dispose();
  });

  it('leaves the name of its user in the history', async () => {
    const events = await readFile(join(server.dataDir, 'events.lmdb'));
    expect(events.includes('"user":"ann"')).toBe(true);
    expect(events.includes('token-of-ann')).toBe(false);
    expect(server.log.join('\n')).not.toContain('token-of-');
  });
});
