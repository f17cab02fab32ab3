import { writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcessKubeApi, TestAuthority, type TestCertificate } from '#lib/testing';
import { ExtensionAuthentication } from '../../libs/access/src/delegate/extension-authentication.js';
import { AccessServer } from './access-server.js';

let kube: InProcessKubeApi;
let proxies: TestAuthority;
let proxy: TestCertificate;
let server: AccessServer;
let serving: TestAuthority;

const published = (authority: TestAuthority) => ({
  'client-ca-file': kube.clients.cert,
  'requestheader-client-ca-file': authority.cert,
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-username-headers': '["X-Remote-User"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
});

beforeAll(async () => {
  kube = await InProcessKubeApi.start();
  proxies = await TestAuthority.create('proxies.example.com');
  proxy = await proxies.issue({ commonName: 'front-proxy-client' });
  kube.extensionAuthentication = published(proxies);
  serving = await TestAuthority.create('serving.example.com');
  const { cert, key } = await serving.issue({ commonName: 'one', usages: ['serverAuth'], addresses: ['127.0.0.1'] });
  server = await AccessServer.start(
    { kubeconfig: kube.kubeconfig(), 'tls.crt': `${cert}${serving.cert}`, 'tls.key': key },
    {
      TAGLINE_ACCESS_DELEGATE_KUBECONFIG: 'kubeconfig',
      TAGLINE_ACCESS_DELEGATE_AGGREGATED: 'true',
      TAGLINE_TLS_CERT_FILE: 'tls.crt',
      TAGLINE_TLS_KEY_FILE: 'tls.key',
    },
  );
});
afterAll(async () => {
  await server.stop();
  await kube.stop();
});

const AGGREGATOR = { 'X-Remote-User': 'system:kube-aggregator', 'X-Remote-Group': ['system:masters'] };
const ANN = {
  'X-Remote-User': 'ann',
  'X-Remote-Group': ['web', 'system:authenticated'],
  'X-Remote-Extra-Example.com%2Fteam': 'blue',
};

describe('behind an API server', () => {
  it('is found to be there by its aggregator', async () => {
    for (const path of ['/apis/image.openshift.io/v1', '/openapi/v2', '/openapi/v3', '/apis']) {
      expect([path, (await server.ask({ path, certificate: proxy, headers: AGGREGATOR })).status]).toEqual([path, 200]);
    }
  });

  it('a user is whoever the API server says, and may do what it says', async () => {
    kube.namespaces.set('team', 'Active');
    kube.allows = ({ user, namespace }) => user === 'ann' && namespace === 'team';
    const create = (namespace: string) =>
      server.ask({
        method: 'POST',
        path: `/apis/image.openshift.io/v1/namespaces/${namespace}/imagestreams`,
        certificate: proxy,
        headers: ANN,
        body: { metadata: { name: 'app' } },
      });
    expect((await create('team')).status).toBe(201);
    expect((await create('default')).status).toBe(403);
    expect(kube.asked('subjectaccessreviews')[0]?.spec).toMatchObject({
      user: 'ann',
      groups: ['web', 'system:authenticated'],
      extra: { 'example.com/team': ['blue'] },
    });
    expect(kube.asked('tokenreviews')).toEqual([]);
  });

  it('nobody else is believed', async () => {
    const other = await TestAuthority.create('proxies.example.com');
    for (const certificate of [
      await other.issue({ commonName: 'front-proxy-client' }),
      await proxies.issue({ commonName: 'somebody' }),
    ]) {
      expect((await server.ask({ path: '/apis', certificate, headers: AGGREGATOR })).status).toBe(401);
    }
    expect((await server.ask({ path: '/apis', headers: AGGREGATOR })).status).toBe(403);
  });

  it('a client certificate of the cluster is one here', async () => {
    const certificate = await kube.clients.issue({ commonName: 'root', organizations: ['system:masters'] });
    expect(await server.whoIs({ certificate })).toMatchObject({ username: 'root' });
  });

  it('its own resources are all that it has', async () => {
    const { body } = await server.ask({ path: '/apis', certificate: proxy, headers: AGGREGATOR });
    const groups = (body['groups'] as readonly { readonly name: string }[]).map(({ name }) => name);
    expect(groups).toContain('image.openshift.io');
    expect(groups).not.toContain('rbac.authorization.k8s.io');
    expect((await server.ask({ path: '/api/v1/namespaces', certificate: proxy, headers: AGGREGATOR })).status).toBe(
      404,
    );
  });
});

describe('what an API server has published', () => {
  const client = { get: async () => ({ data: kube.extensionAuthentication ?? {} }) };
  const isKnown = async (of: ExtensionAuthentication, authority: TestAuthority, name = 'front-proxy-client') => {
    const { X509Certificate } = await import('node:crypto');
    const { cert } = await authority.issue({ commonName: name });
    const clientCertificate = { certificate: new X509Certificate(cert), isVerified: true };
    const user = await of.authenticate({ headers: { 'x-remote-user': ['ann'] }, clientCertificate });
    return typeof user === 'object' && user.name === 'ann';
  };

  it('counts as it is now', async () => {
    let changes = 0;
    const extension = await ExtensionAuthentication.open({ client, onChange: () => changes++ });
    expect(await isKnown(extension, proxies)).toBe(true);
    const next = await TestAuthority.create('next.example.com');
    kube.extensionAuthentication = { ...published(next), 'requestheader-allowed-names': '[]' };
    await extension.refresh();
    await extension.refresh();
    expect(changes).toBe(1);
    expect(extension.authorities).toEqual([next.cert, kube.clients.cert]);
    expect([await isKnown(extension, proxies), await isKnown(extension, next, 'any')]).toEqual([false, true]);
    kube.extensionAuthentication = published(proxies);
    extension.close();
  });

  it.each([
    ['no authority of its proxies', { 'requestheader-client-ca-file': '' }, /no authority of its proxies/],
    ['something that is no certificate', { 'requestheader-client-ca-file': 'hush' }, /no certificate in PEM/],
    ['names that are no list', { 'requestheader-allowed-names': 'hush' }, /no list of texts/],
  ])('is refused with %s, and what counted before still does', async (_, wrong, why) => {
    const extension = await ExtensionAuthentication.open({ client });
    kube.extensionAuthentication = { ...published(proxies), ...wrong };
    await expect(extension.refresh()).rejects.toThrow(why);
    expect(await isKnown(extension, proxies)).toBe(true);
    await expect(ExtensionAuthentication.open({ client })).rejects.toThrow(why);
    kube.extensionAuthentication = published(proxies);
    extension.close();
  });

  it('is refused where it would take every user for a proxy', async () => {
    const { 'requestheader-client-ca-file': same } = published(proxies);
    const all = { 'client-ca-file': same, 'requestheader-allowed-names': '[]' };
    const open = (data: object) => ExtensionAuthentication.open({ client: { get: async () => ({ data }) } });
    await expect(open({ ...published(proxies), ...all })).rejects.toThrow(/takes every user .* for its proxy/);
    const named = { 'client-ca-file': same };
    (await open({ ...published(proxies), ...named })).close();
  });

  it('must be there at the start', async () => {
    kube.extensionAuthentication = undefined;
    const start = AccessServer.start(
      { kubeconfig: kube.kubeconfig() },
      { TAGLINE_ACCESS_DELEGATE_KUBECONFIG: 'kubeconfig', TAGLINE_ACCESS_DELEGATE_AGGREGATED: 'true' },
    );
    await expect(start).rejects.toThrow(/access\.delegate\.aggregated cannot be used: .*status 403/);
    kube.extensionAuthentication = published(proxies);
  });
});

describe('an authority of proxies that was renewed', () => {
  it('counts for those who connect from then on', async () => {
    const next = await TestAuthority.create('next.example.com');
    const certificate = await next.issue({ commonName: 'front-proxy-client' });
    const ask = async (shown: TestCertificate) =>
      (await server.ask({ path: '/apis', certificate: shown, headers: AGGREGATOR })).status;
    expect([await ask(proxy), await ask(certificate)]).toEqual([200, 401]);
    kube.extensionAuthentication = published(next);
    await server.refreshCertificates();
    await server.hangUp();
    expect([await ask(proxy), await ask(certificate)]).toEqual([401, 200]);
    kube.extensionAuthentication = published(proxies);
    await server.refreshCertificates();
    await server.hangUp();
  });
});

describe('a serving certificate that was renewed', () => {
  const shown = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const socket = connect({ host: hostname, port: Number(port), ca: serving.cert }, () => {
        const { subject } = socket.getPeerCertificate();
        socket.end();
        resolve(String(subject.CN));
      });
      socket.on('error', reject);
    });

  it('is shown to those who connect, once it is whole', async () => {
    expect(await shown()).toBe('one');
    const two = await serving.issue({ commonName: 'two', usages: ['serverAuth'], addresses: ['127.0.0.1'] });
    await writeFile(server.file('tls.crt'), `${two.cert}${serving.cert}`);
    await expect(server.refreshCertificates()).rejects.toThrow();
    expect(await shown()).toBe('one');
    await writeFile(server.file('tls.key'), two.key);
    await server.refreshCertificates();
    expect(await shown()).toBe('two');
    const { status } = await server.ask({ path: '/apis', certificate: proxy, headers: AGGREGATOR });
    expect(status).toBe(200);
  });
});
