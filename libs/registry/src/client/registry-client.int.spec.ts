import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  InProcessRegistry,
  selfSignedCertificate,
  type InProcessRegistryOptions,
  type SeenRequest,
} from '#lib/testing';
import type { CredentialSource } from '../credentials/credential-source.js';
import { parseDigest, sha256Digest } from '../references/digest.js';
import { RegistryError } from '../registry-error.js';
import { RegistryClient, type RegistryLimits } from './registry-client.js';
import { RegistryTransport, type RegistryTransportOptions } from './registry-transport.js';
import type { RemoteRepository } from './remote-repository.js';

const fast: RegistryTransportOptions = {
  timeouts: { connectMs: 5_000, requestMs: 5_000 },
  retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 1_000 },
};

interface Setup extends InProcessRegistryOptions {
  readonly transport?: RegistryTransportOptions;
  readonly credentials?: CredentialSource;
  readonly limits?: Partial<RegistryLimits>;
}

async function setUp({ transport: options, credentials, limits, ...registryOptions }: Setup = {}) {
  const registry = await InProcessRegistry.start(registryOptions);
  const transport = new RegistryTransport({ ...fast, ...options });
  const client = new RegistryClient({ transport, ...(credentials && { credentials }), ...(limits && { limits }) });
  const repository: RemoteRepository = { host: registry.host, name: 'team/app', insecure: true };
  const clientOf = (source: CredentialSource) => new RegistryClient({ transport, credentials: source });
  onTestFinished(async () => {
    await transport.close();
    await registry.close();
  });
  return { registry, transport, client, clientOf, repository };
}

/** For tests that wait until a request has taken too long. */
const impatient: RegistryTransportOptions = { timeouts: { requestMs: 150 } };

const password = (username: string, secret: string): CredentialSource => ({
  credentialsFor: () => ({ username, password: secret }),
});

const failure = async (work: Promise<unknown>): Promise<RegistryError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RegistryError)) throw new Error(`expected a RegistryError, got ${String(error)}`);
  return error;
};

const kinds = (seen: readonly SeenRequest[]) => seen.map(({ kind, authorization = '-' }) => `${kind} ${authorization}`);

const warnings: Error[] = [];
process.on('warning', (warning) => warnings.push(warning));
afterEach(() => expect(warnings).toEqual([]));

describe('reading', () => {
  it('gets manifests by tag and by digest, and blobs, verified', async () => {
    const { registry, client, repository } = await setUp();
    const image = registry.image({ repository: 'team/app', tag: 'v1' });
    const byTag = await client.getManifest(repository, 'v1');
    expect(byTag.digest).toBe(image.digest);
    expect(Buffer.from(byTag.bytes).toString()).toBe(image.manifest);
    expect(await client.getManifest(repository, image.digest)).toEqual(byTag);
    const config = parseDigest(image.config?.digest ?? '');
    expect(Buffer.from(await client.getBlob(repository, config, 10_000)).toString()).toBe(image.config?.text);
    expect(await client.blobSize(repository, config)).toBe(image.config?.text.length);
    expect(await client.headManifest(repository, 'v1')).toEqual({
      digest: image.digest,
      mediaType: image.mediaType,
      size: image.manifest.length,
    });
  });

  it('knows a signed schema 1 manifest by its content without signatures', async () => {
    const { registry, client, repository } = await setUp();
    const image = registry.image({ repository: 'team/app', tag: 'v1', mediaType: 'schema1' });
    expect((await client.getManifest(repository, 'v1')).digest).toBe(image.digest);
    expect((await client.getManifest(repository, image.digest)).digest).toBe(image.digest);
  });

  it('reads all pages of tags', async () => {
    const { registry, client, repository } = await setUp({ tagPageSize: 3 });
    const tags = Array.from({ length: 10 }, (_, i) => `t${i}`);
    for (const tag of tags) registry.image({ repository: 'team/app', tag });
    expect(await client.listTags(repository)).toEqual(tags);
    expect(registry.count('tags')).toBe(4);
  });

  it('finds out once that a registry speaks plain HTTP', async () => {
    const { registry, client, repository } = await setUp();
    registry.image({ repository: 'team/app', tag: 'v1' });
    for (let i = 0; i < 3; i++) await client.getManifest(repository, 'v1');
    expect(kinds(registry.seen)).toEqual(['ping -', 'manifest -', 'manifest -', 'manifest -']);
  });

  it('pings what is a registry, also one that asks for credentials', async () => {
    const { registry, client } = await setUp({ auth: { mode: 'basic', username: 'u', password: 'p' } });
    await client.ping(registry.host, { insecure: true });
    registry.fault(/./, { kind: 'html' });
    expect((await failure(client.ping(registry.host, { insecure: true }))).code).toBe('not-a-registry');
  });
});

describe('TLS', () => {
  it('trusts what it is told to trust', async () => {
    const tls = await selfSignedCertificate();
    const { registry, client, repository } = await setUp({ tls, transport: { caCertificates: [tls.cert] } });
    const { digest } = registry.image({ repository: 'team/app', tag: 'v1' });
    expect((await client.getManifest({ ...repository, insecure: false }, 'v1')).digest).toBe(digest);
  });

  it('refuses a stranger unless insecure is said', async () => {
    const { registry, client, repository } = await setUp({ tls: await selfSignedCertificate() });
    const { digest } = registry.image({ repository: 'team/app', tag: 'v1' });
    const refused = await failure(client.getManifest({ ...repository, insecure: false }, 'v1'));
    expect(refused.code).toBe('untrusted-certificate');
    expect(registry.seen).toEqual([]);
    expect((await client.getManifest(repository, 'v1')).digest).toBe(digest);
  });

  it('does not fall back to plain HTTP by itself', async () => {
    const { registry, client, repository } = await setUp();
    registry.image({ repository: 'team/app', tag: 'v1' });
    const error = await failure(client.getManifest({ ...repository, insecure: false }, 'v1'));
    expect(error.code).toBe('http-only-needs-insecure');
    expect(registry.seen).toEqual([]);
  });
});

describe('authentication', () => {
  const basic = { mode: 'basic', username: 'user', password: 'secret' } as const;
  const bearer = { mode: 'bearer', username: 'user', password: 'secret' } as const;

  it('answers a Basic challenge, and does not wait for it the next time', async () => {
    const { registry, client, repository } = await setUp({ auth: basic, credentials: password('user', 'secret') });
    registry.image({ repository: 'team/app', tag: 'v1' });
    await client.getManifest(repository, 'v1');
    await client.getManifest(repository, 'v1');
    expect(kinds(registry.seen)).toEqual(['ping -', 'manifest -', 'manifest Basic', 'manifest Basic']);
  });

  it('says that credentials are missing', async () => {
    const { registry, client, repository } = await setUp({ auth: basic });
    registry.image({ repository: 'team/app', tag: 'v1' });
    const error = await failure(client.getManifest(repository, 'v1'));
    expect(error.code).toBe('unauthorized');
    expect(error.message).toMatch(/no basic auth credentials$/);
  });

  it('says that credentials are refused, without showing them', async () => {
    const { registry, client, repository } = await setUp({ auth: basic, credentials: password('user', 'hunter2') });
    registry.image({ repository: 'team/app', tag: 'v1' });
    const error = await failure(client.getManifest(repository, 'v1'));
    expect(error).toMatchObject({ code: 'unauthorized', details: { credentialsSent: true, status: 401 } });
    expect(JSON.stringify(error) + error.message).not.toContain('hunter2');
  });

  it('gets one token for many requests, also at the same time', async () => {
    const { registry, client, repository } = await setUp({ auth: bearer, credentials: password('user', 'secret') });
    registry.image({ repository: 'team/app', tag: 'v1' });
    await Promise.all(Array.from({ length: 5 }, () => client.getManifest(repository, 'v1')));
    await client.listTags(repository);
    expect(registry.count('token')).toBe(1);
    const token = registry.seen.find(({ kind }) => kind === 'token');
    expect(token?.authorization).toBe('Basic');
    expect(new URL(token?.path ?? '', registry.url).searchParams.get('scope')).toBe('repository:team/app:pull');
  });

  it('asks for a token without credentials where it has none', async () => {
    const auth = { ...bearer, publicRepositories: ['team/app'], tokenField: 'access_token' } as const;
    const { registry, client, repository } = await setUp({ auth });
    registry.image({ repository: 'team/app', tag: 'v1' });
    registry.image({ repository: 'team/private', tag: 'v1' });
    await client.getManifest(repository, 'v1');
    expect(registry.seen.find(({ kind }) => kind === 'token')?.authorization).toBeUndefined();
    const error = await failure(client.getManifest({ ...repository, name: 'team/private' }, 'v1'));
    expect(error).toMatchObject({ code: 'unauthorized', details: { credentialsSent: false } });
  });

  it('gets another token when the old one ceases to be good', async () => {
    const { registry, client, repository } = await setUp({ auth: bearer, credentials: password('user', 'secret') });
    registry.image({ repository: 'team/app', tag: 'v1' });
    await client.getManifest(repository, 'v1');
    registry.revokeTokens();
    await client.getManifest(repository, 'v1');
    expect(registry.count('token')).toBe(2);
  });

  it('gets another token shortly before the old one ends', async () => {
    const { registry, client, repository } = await setUp({ auth: bearer, credentials: password('user', 'secret') });
    registry.image({ repository: 'team/app', tag: 'v1' });
    await client.getManifest(repository, 'v1');
    registry.resetCounters();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 250_000 });
    onTestFinished(() => void vi.useRealTimers());
    await client.getManifest(repository, 'v1');
    expect(kinds(registry.seen)).toEqual(['token Basic', 'manifest Bearer']);
  });

  it('tells wrong credentials from missing rights', async () => {
    const { registry, client, repository } = await setUp({ auth: bearer, credentials: password('user', 'hunter2') });
    registry.image({ repository: 'team/app', tag: 'v1' });
    const error = await failure(client.getManifest(repository, 'v1'));
    expect(error.code).toBe('bad-credentials');
    expect(error.message).toMatch(/^incorrect username or password/);
    expect(error.message).not.toContain('hunter2');
  });

  it('keeps the tokens of different credentials apart', async () => {
    const { registry, clientOf, repository } = await setUp({ auth: bearer });
    registry.image({ repository: 'team/app', tag: 'v1' });
    await clientOf(password('user', 'secret')).getManifest(repository, 'v1');
    const stranger = await failure(clientOf({ credentialsFor: () => undefined }).getManifest(repository, 'v1'));
    expect(stranger.code).toBe('unauthorized');
  });

  it('does not follow a challenge to where it may not go', async () => {
    const { registry, client, repository } = await setUp();
    for (const realm of ['http://169.254.169.254/token', 'nonsense']) {
      const headers = { 'www-authenticate': `Bearer realm="${realm}",service="x"` };
      registry.fault(/manifests/, { kind: 'status', status: 401, headers });
      expect(['blocked', 'malformed']).toContain((await failure(client.getManifest(repository, 'v1'))).code);
    }
  });

  it('does not repeat what a registry echoes of its credentials', async () => {
    const { registry, client, repository } = await setUp({ auth: basic, credentials: password('user', 'secret') });
    registry.image({ repository: 'team/app', tag: 'v1' });
    await client.getManifest(repository, 'v1');
    const echo = `got ${Buffer.from('user:secret').toString('base64')}`;
    registry.fault(/manifests/, { kind: 'status', status: 403, code: 'DENIED', message: echo });
    expect((await failure(client.getManifest(repository, 'v1'))).message).toBe(
      `registry ${registry.host} denies access`,
    );
  });
});

describe('redirects', () => {
  it('are followed to the storage of blobs, without credentials', async () => {
    const storage = await InProcessRegistry.start();
    onTestFinished(() => storage.close());
    const auth = { mode: 'basic', username: 'user', password: 'secret' } as const;
    const { registry, client, repository } = await setUp({ auth, credentials: password('user', 'secret') });
    const digest = parseDigest(storage.rawBlob('team/app', 'content'));
    registry.fault(/blobs/, { kind: 'redirect', to: `${storage.url}/v2/team/app/blobs/${digest}?signature=x` });
    expect(Buffer.from(await client.getBlob(repository, digest, 100)).toString()).toBe('content');
    expect(storage.seen).toMatchObject([{ kind: 'blob', authorization: undefined }]);
  });

  it('keep their credentials on the same host', async () => {
    const auth = { mode: 'basic', username: 'user', password: 'secret' } as const;
    const { registry, client, repository } = await setUp({ auth, credentials: password('user', 'secret') });
    const { digest } = registry.image({ repository: 'team/app', tag: 'v1' });
    registry.fault(/manifests\/old/, { kind: 'redirect', to: '/v2/team/app/manifests/v1', status: 302 });
    expect((await client.getManifest(repository, 'old')).digest).toBe(digest);
  });

  it('are given up on when they do not end or lead astray', async () => {
    const { registry, client, repository } = await setUp();
    registry.fault(/manifests\/circle/, { kind: 'redirect', to: '/v2/team/app/manifests/circle' });
    expect((await failure(client.getManifest(repository, 'circle'))).code).toBe('unexpected-answer');
    registry.fault(/manifests\/inside/, { kind: 'redirect', to: 'http://169.254.169.254/latest/meta-data' });
    expect((await failure(client.getManifest(repository, 'inside'))).code).toBe('blocked');
    registry.fault(/manifests\/file/, { kind: 'redirect', to: 'file:///etc/passwd' });
    expect((await failure(client.getManifest(repository, 'file'))).code).toBe('blocked');
  });

  it('do not leave TLS', async () => {
    const tls = await selfSignedCertificate();
    const { registry, client, repository } = await setUp({ tls, transport: { caCertificates: [tls.cert] } });
    registry.fault(/manifests/, { kind: 'redirect', to: 'http://127.0.0.1:1/' });
    const error = await failure(client.getManifest({ ...repository, insecure: false }, 'v1'));
    expect(error.code).toBe('blocked');
  });
});

describe('egress rules', () => {
  it('hold before anything is sent', async () => {
    const { registry, client, repository } = await setUp({ transport: { egress: { blockedHosts: ['127.0.0.*'] } } });
    expect((await failure(client.getManifest(repository, 'v1'))).code).toBe('blocked');
    expect(registry.seen).toEqual([]);
  });
});

describe('what a registry reports', () => {
  it.each([
    ['manifest', 404, 'MANIFEST_UNKNOWN', 'manifest-unknown'],
    ['manifest', 404, 'NAME_UNKNOWN', 'name-unknown'],
    ['manifest', 401, 'UNAUTHORIZED', 'unauthorized'],
    ['manifest', 403, 'DENIED', 'denied'],
    ['manifest', 403, undefined, 'denied'],
    ['manifest', 400, 'constructor', 'unexpected-answer'],
    ['manifest', 429, 'TOOMANYREQUESTS', 'too-many-requests'],
    ['manifest', 500, undefined, 'unavailable'],
    ['manifest', 503, 'UNAVAILABLE', 'unavailable'],
    ['tags', 404, 'NAME_UNKNOWN', 'name-unknown'],
    ['tags', 404, undefined, 'name-unknown'],
    ['blob', 404, 'BLOB_UNKNOWN', 'blob-unknown'],
    ['blob', 404, undefined, 'blob-unknown'],
  ] as const)('%s: %i %s is %s', async (subject, status, code, expected) => {
    const { registry, client, repository } = await setUp();
    registry.fault(/manifests|tags|blobs/, { kind: 'status', status, ...(code && { code }), message: 'said so' });
    const digest = sha256Digest('x');
    const work = {
      manifest: () => client.getManifest(repository, 'v1'),
      tags: () => client.listTags(repository),
      blob: () => client.getBlob(repository, digest, 10),
    };
    expect(await failure(work[subject]())).toMatchObject({ code: expected, details: { status, host: registry.host } });
  });

  it('is tried again when it may pass', async () => {
    const { registry, client, repository } = await setUp();
    const { digest } = registry.image({ repository: 'team/app', tag: 'v1' });
    registry.fault(/manifests/, { kind: 'status', status: 503 }, { times: 1 });
    registry.fault(/manifests/, { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, { times: 1 });
    expect((await client.getManifest(repository, 'v1')).digest).toBe(digest);
    expect(registry.count('manifest')).toBe(3);
  });

  it('says when to come back', async () => {
    const { registry, client, repository } = await setUp();
    registry.fault(/manifests/, { kind: 'status', status: 429, headers: { 'retry-after': '3600' } });
    const error = await failure(client.getManifest(repository, 'v1'));
    expect(error).toMatchObject({ code: 'too-many-requests', details: { retryAfterMs: 3_600_000 } });
    expect(registry.count('manifest')).toBe(1);
  });

  it('is told from what another kind of server says', async () => {
    const { registry, client, repository } = await setUp();
    registry.image({ repository: 'team/app', tag: 'v1' });
    await client.getManifest(repository, 'v1');
    registry.fault(/./, { kind: 'html', status: 404 });
    for (const work of [client.getManifest(repository, 'v1'), client.listTags(repository)]) {
      expect((await failure(work)).code).toBe('not-a-registry');
    }
    registry.fault(/./, { kind: 'html' });
    for (const work of [client.getManifest(repository, 'v1'), client.listTags(repository)]) {
      expect((await failure(work)).code).toBe('not-a-registry');
    }
  });
});

describe('hostile and broken registries', () => {
  const manifests = /manifests/;

  it.each([
    ['a reset', { kind: 'reset' }, 'unreachable'],
    ['half an answer', { kind: 'truncated' }, 'unreachable'],
    ['an endless answer', { kind: 'oversized' }, 'too-large'],
    ['an endless answer that says so', { kind: 'oversized', announced: true }, 'too-large'],
    ['headers without end', { kind: 'headers', headers: { x: 'x'.repeat(100_000) } }, 'too-large'],
    ['another digest', { kind: 'wrong-digest' }, 'digest-mismatch'],
    ['another content', { kind: 'corrupt' }, 'digest-mismatch'],
    ['a foreign type', { kind: 'headers', headers: { 'content-type': 'application/x-y' } }, 'unsupported-manifest'],
    [
      'another type',
      { kind: 'headers', headers: { 'content-type': 'application/vnd.docker.distribution.manifest.v2+json' } },
      'malformed',
    ],
  ] as const)('%s', async (_what, fault, code) => {
    const { registry, client, repository } = await setUp();
    registry.image({ repository: 'team/app', tag: 'v1' });
    await client.ping(registry.host, { insecure: true });
    registry.fault(manifests, fault);
    expect((await failure(client.getManifest(repository, 'v1'))).code).toBe(code);
  });

  it.each([
    ['a stall', { kind: 'stall' }],
    ['a drip', { kind: 'drip', everyMs: 20 }],
  ] as const)('%s', async (_what, fault) => {
    const { registry, client, repository } = await setUp({ transport: impatient });
    await client.ping(registry.host, { insecure: true });
    registry.fault(manifests, fault);
    expect((await failure(client.getManifest(repository, 'v1'))).code).toBe('timed-out');
  });

  it('recover when the trouble passes', async () => {
    const { registry, client, repository } = await setUp({ transport: impatient });
    const { digest } = registry.image({ repository: 'team/app', tag: 'v1' });
    for (const kind of ['stall', 'reset', 'truncated'] as const) {
      registry.fault(manifests, { kind }, { times: 1 });
      expect((await client.getManifest(repository, 'v1')).digest).toBe(digest);
    }
  });

  it('are quoted with the digest that they broke', async () => {
    const { registry, client, repository } = await setUp();
    const image = registry.image({ repository: 'team/app', tag: 'v1' });
    const old = registry.image({ repository: 'team/app', tag: 'v0', mediaType: 'schema1' });
    registry.fault(manifests, { kind: 'corrupt' });
    expect((await failure(client.getManifest(repository, image.digest))).message).toBe(
      `content integrity error: the manifest retrieved (media type: ${image.mediaType}) with digest ${image.digest}` +
        ` does not match the digest calculated from the content ${sha256Digest(`${image.manifest}\n`)}`,
    );
    registry.clearFaults();
    registry.rawManifest('team/app', 'v0', old.mediaType, old.manifest.replace('linux', 'lunix'), old.digest);
    expect((await failure(client.getManifest(repository, old.digest))).message).toMatch(
      /^content integrity error: the schema 1 manifest retrieved with digest sha256:\w+ does not match/,
    );
  });

  it('cannot pass another blob off', async () => {
    const { registry, client, repository } = await setUp();
    const digest = parseDigest(registry.rawBlob('team/app', 'content'));
    registry.fault(/blobs/, { kind: 'corrupt' });
    expect((await failure(client.getBlob(repository, digest, 100))).code).toBe('digest-mismatch');
    registry.clearFaults();
    expect((await failure(client.getBlob(repository, digest, 6))).code).toBe('too-large');
  });

  it('cannot list tags for ever', async () => {
    const { registry, client, repository } = await setUp({ tagPageSize: 1, limits: { maxTags: 3 } });
    for (const tag of ['a', 'b', 'c']) registry.image({ repository: 'team/app', tag });
    expect(await client.listTags(repository)).toHaveLength(3);
    registry.image({ repository: 'team/app', tag: 'd' });
    expect((await failure(client.listTags(repository))).code).toBe('too-large');
    registry.fault(/tags/, { kind: 'headers', headers: { link: '</v2/team/app/tags/list>; rel="next"' } });
    expect((await failure(client.listTags(repository))).code).toBe('malformed');
  });

  it('cannot send the listing, and the credentials with it, to another host', async () => {
    const other = await InProcessRegistry.start();
    onTestFinished(() => other.close());
    const { registry, client, repository } = await setUp({ tagPageSize: 1 });
    registry.image({ repository: 'team/app', tag: 'a' });
    for (const link of [`${other.url}/v2/team/app/tags/list?n=5`, `http://x//${other.host}/v2/`, `//${other.host}/`]) {
      registry.clearFaults();
      registry.fault(/tags/, { kind: 'headers', headers: { link: `<${link}>; rel="next"` } }, { times: 1 });
      await client.listTags(repository).catch(() => undefined);
    }
    expect(other.seen).toEqual([]);
  });

  it('are left when whoever asked goes away, or their time is over', async () => {
    const { registry, client, repository } = await setUp({ transport: { timeouts: { requestMs: 60_000 } } });
    await client.ping(registry.host, { insecure: true });
    registry.fault(/./, { kind: 'stall' });
    const left = new AbortController();
    const work = failure(client.getManifest(repository, 'v1', { signal: left.signal }));
    left.abort();
    expect((await work).code).toBe('cancelled');
    const late = client.listTags(repository, { signal: AbortSignal.timeout(20) });
    expect((await failure(late)).code).toBe('timed-out');
    expect((await failure(client.listTags(repository, { signal: AbortSignal.abort() }))).code).toBe('cancelled');
  });

  it('are not there', async () => {
    const { registry, client, repository } = await setUp();
    await registry.close();
    expect((await failure(client.getManifest({ ...repository, insecure: false }, 'v1'))).code).toBe('unreachable');
    expect((await failure(client.getManifest(repository, 'v1'))).code).toBe('unreachable');
  });

  it('are not asked for what could be a path', async () => {
    const { client, repository } = await setUp();
    expect((await failure(client.getManifest(repository, '../../blobs/x'))).code).toBe('malformed');
  });
});
