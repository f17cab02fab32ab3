import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessKubeApi, TestAuthority, type KubeApiFault } from '#lib/testing';
import { KubeClient, type Asked } from './kube-client.js';
import { inCluster, kubeconfigCredentials, type CredentialSource } from './kube-credentials.js';

const NAMESPACE = '/api/v1/namespaces/default';

let kube: InProcessKubeApi;
let folder: string;
let clients: KubeClient[];
let asked: Asked[];
beforeEach(async () => {
  kube = await InProcessKubeApi.start();
  folder = await mkdtemp(join(tmpdir(), 'kube-'));
  clients = [];
  asked = [];
});
afterEach(async () => {
  for (const client of clients) await client.close();
  await kube.stop();
  await rm(folder, { recursive: true });
});

function clientWith(credentials: CredentialSource, timeoutMs = 5_000): KubeClient {
  const client = new KubeClient({ credentials, timeoutMs, onAsked: (each) => asked.push(each) });
  clients.push(client);
  return client;
}

const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

const configured = async (config: string): Promise<CredentialSource> =>
  kubeconfigCredentials(await file('kubeconfig', config));

describe('an API server is asked', () => {
  it('with the token of a kubeconfig', async () => {
    const client = clientWith(await configured(kube.kubeconfig()));
    expect(await client.get(NAMESPACE)).toMatchObject({ kind: 'Namespace' });
    expect(kube.seen).toMatchObject([{ by: 'token-of-tagline' }]);
    expect(asked).toMatchObject([{ resource: 'namespaces', result: 'answered' }]);
  });

  it('with a client certificate, in the kubeconfig or in files beside it', async () => {
    const { cert, key } = await kube.clients.issue({ commonName: 'tagline' });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const data = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    await clientWith(await configured(kube.kubeconfig(data))).get(NAMESPACE);
    await file('user.crt', cert);
    await file('user.key', key);
    const files = { 'client-certificate': 'user.crt', 'client-key': join(folder, 'user.key') };
    await clientWith(await configured(kube.kubeconfig(files))).get(NAMESPACE);
    expect(kube.seen.map(({ by }) => by)).toEqual(['tagline', 'tagline']);
  });

  it('as the service account of a process in a cluster, with the token that is in its file now', async () => {
    const { hostname: host, port } = new URL(kube.url);
    await file('ca.crt', kube.ca);
    await file('token', 'first\n');
    kube.askers.add('first');
    const client = clientWith(inCluster({ folder, host, port }));
    await client.get(NAMESPACE);
    kube.askers.delete('first');
    kube.askers.add('second');
    await file('token', 'second\n');
    await client.get(NAMESPACE);
    expect(kube.seen.map(({ by }) => by)).toEqual(['first', 'first', 'second']);
  });

  it('by the token file of a kubeconfig', async () => {
    await file('token', 'token-of-tagline');
    await clientWith(await configured(kube.kubeconfig({ tokenFile: 'token' }))).get(NAMESPACE);
    expect(kube.seen).toMatchObject([{ by: 'token-of-tagline' }]);
  });
});

describe('an answer', () => {
  it.each<[KubeApiFault, RegExp]>([
    ['hangs', /cannot be asked for namespaces/],
    ['fails', /answers to namespaces with status 500/],
    ['endless', /answers with more than \d+ bytes/],
    ['no JSON', /answers with something else than an object in JSON/],
  ])('of an API server that %s is none', async (fault, why) => {
    const client = clientWith(await configured(kube.kubeconfig()), fault === 'hangs' ? 300 : 5_000);
    kube.fault = fault;
    await expect(client.get(NAMESPACE)).rejects.toThrow(why);
    expect(asked).toMatchObject([{ result: 'failed' }]);
  });

  it('that refuses is one, and says no more than its status', async () => {
    const client = clientWith(await configured(kube.kubeconfig({ token: 'hush' })));
    const failure = await client.get(NAMESPACE).catch((error: unknown) => String(error));
    expect(failure).toContain('answers to namespaces with status 401');
    expect(failure).not.toContain('hush');
  });

  it('of a server that another authority vouches for is none', async () => {
    const source = await configured(kube.kubeconfig());
    const { cert } = await TestAuthority.create('kubernetes.example.com');
    const client = clientWith(async () => ({ ...(await source()), ca: cert }));
    await expect(client.get(NAMESPACE)).rejects.toThrow(/cannot be asked/);
    expect(kube.seen).toEqual([]);
  });

  it('is had again once the API server is back', async () => {
    const client = clientWith(await configured(kube.kubeconfig()));
    await client.get(NAMESPACE);
    await kube.suspend();
    await expect(client.get(NAMESPACE)).rejects.toThrow(/cannot be asked/);
    await kube.resume();
    expect(await client.get(NAMESPACE)).toMatchObject({ kind: 'Namespace' });
  });
});

describe('a kubeconfig', () => {
  const config = (): Record<string, unknown> => JSON.parse(kube.kubeconfig()) as Record<string, unknown>;
  const wrong: Record<string, [() => string, RegExp]> = {
    'that is not YAML': [() => 'hush: [', /not YAML/],
    'without a current context': [() => JSON.stringify({ ...config(), 'current-context': '' }), /no current-context/],
    'whose context is not there': [() => JSON.stringify({ ...config(), contexts: [] }), /no context "test"/],
    'whose user is not there': [() => JSON.stringify({ ...config(), users: [] }), /no user "tagline"/],
    'whose user runs a program': [
      () => kube.kubeconfig({ exec: { command: 'hush' } }),
      /"exec", which is not supported/,
    ],
    'whose user has a password': [() => kube.kubeconfig({ username: 'x', password: 'hush' }), /"username"/],
    'whose user has nothing': [() => kube.kubeconfig({}), /neither a token nor a client certificate/],
    'without a key': [() => kube.kubeconfig({ 'client-certificate-data': 'aHVzaA==' }), /without a key/],
    'that goes over http': [() => kube.kubeconfig().replace('https:', 'http:'), /no https URL/],
    'that trusts everybody': [
      () => kube.kubeconfig().replace('"certificate-authority-data"', '"insecure-skip-tls-verify":true,"x"'),
      /turns the check of the certificate off/,
    ],
  };

  it.each(Object.keys(wrong))('%s is refused, and not shown', async (name) => {
    const [text = () => '', why = /never/] = wrong[name] ?? [];
    const source = await configured(text());
    const failure = await source().catch((error: unknown) => String(error));
    expect(failure).toMatch(why);
    expect(failure).not.toContain('hush');
  });

  it('is missed where there is no cluster around', async () => {
    await expect(inCluster({ folder, host: undefined, port: undefined })()).rejects.toThrow(
      'does not run in a cluster',
    );
  });
});
