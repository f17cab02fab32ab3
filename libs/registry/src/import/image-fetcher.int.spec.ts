import { describe, expect, it, onTestFinished } from 'vitest';
import { InProcessRegistry, type InProcessRegistryOptions } from '#lib/testing';
import { RegistryClient, type RegistryClientOptions } from '../client/registry-client.js';
import { RegistryTransport } from '../client/registry-transport.js';
import { parseReference } from '../references/reference.js';
import { RegistryError } from '../registry-error.js';
import { PullSources, type PullSourceConfiguration } from '../rules/pull-sources.js';
import type { FetchedTag, RepositoryFetchOptions } from './repository-fetch.js';
import { FetchCache } from './fetch-cache.js';
import { ImageFetcher } from './image-fetcher.js';

const ownPlatform = { architecture: 'amd64', os: 'linux' };
const insecure = true;

async function registryFor(options: InProcessRegistryOptions = {}) {
  const registry = await InProcessRegistry.start(options);
  onTestFinished(() => registry.close());
  return registry;
}

function fetcherFor(sources: PullSourceConfiguration = {}, options: Omit<RegistryClientOptions, 'transport'> = {}) {
  const transport = new RegistryTransport({ timeouts: { requestMs: 5_000 }, retry: { attempts: 1 } });
  onTestFinished(() => transport.close());
  const client = new RegistryClient({ transport, ...options });
  return new ImageFetcher({ client, sources: new PullSources(sources), cache: new FetchCache(), ownPlatform });
}

const failure = (work: Promise<unknown>): Promise<RegistryError> =>
  work.then(
    () => Promise.reject(new Error('did not fail')),
    (error: unknown) => (error instanceof RegistryError ? error : Promise.reject(error as Error)),
  );

describe('one image', () => {
  it.each(['oci', 'docker-v2'] as const)('comes with its configuration and layers (%s)', async (mediaType) => {
    const registry = await registryFor();
    const built = registry.image({ repository: 'a/b', tag: 'v1', mediaType, layers: 3 });
    const image = await fetcherFor().fetch(parseReference(`${registry.host}/a/b:v1`), { insecure });
    expect(image).toMatchObject({
      manifest: { digest: built.digest, mediaType: built.mediaType, text: built.manifest },
      config: built.config,
      layers: built.layers,
      attempts: [{ reference: `${registry.host}/a/b:v1`, isMirror: false }],
    });
    const byDigest = parseReference(`${registry.host}/a/b:other@${built.digest}`);
    expect((await fetcherFor().fetch(byDigest, { insecure })).manifest.digest).toBe(built.digest);
  });

  it('of schema 1 has its layers measured where it does not say their sizes, each once', async () => {
    const registry = await registryFor();
    const built = registry.image({ repository: 'a/b', tag: 'v1', mediaType: 'schema1', layers: 3 });
    registry.image({ repository: 'a/b', tag: 'v2', mediaType: 'schema1', layers: 3, env: ['X=y'] });
    const fetcher = fetcherFor();
    const image = await fetcher.fetch(parseReference(`${registry.host}/a/b:v1`), { insecure });
    expect(image.config).toBeUndefined();
    expect(image.layers.map(({ digest, size }) => ({ digest, size }))).toEqual(built.layers);
    await fetcher.fetch(parseReference(`${registry.host}/a/b:v2`), { insecure });
    expect(registry.count('blob', 'HEAD')).toBe(3);
    registry.image({ repository: 'a/b', tag: 'v3', mediaType: 'schema1', layerSizes: true, content: 'x' });
    await fetcher.fetch(parseReference(`${registry.host}/a/b:v3`), { insecure });
    expect(registry.count('blob', 'HEAD')).toBe(3);
  });

  it('of schema 1 needs a history', async () => {
    const registry = await registryFor();
    const text = JSON.stringify({ schemaVersion: 1, fsLayers: [], history: [] });
    registry.rawManifest('a/b', 'v1', 'application/json', text, 'x');
    const error = await failure(fetcherFor().fetch(parseReference(`${registry.host}/a/b:v1`), { insecure }));
    expect(error.message).toBe('image has no v1Compatibility history and cannot be used');
  });

  it('is refused when its configuration is larger than allowed, before anything is read', async () => {
    const registry = await registryFor();
    registry.image({ repository: 'a/b', tag: 'v1', env: ['x'.repeat(5_000)] });
    const fetcher = fetcherFor({}, { limits: { maxConfigBytes: 1_000 } });
    expect((await failure(fetcher.fetch(parseReference(`${registry.host}/a/b:v1`), { insecure }))).code).toBe(
      'too-large',
    );
    expect(registry.count('blob')).toBe(0);
  });
});

describe('a list', () => {
  async function withList(mediaType: 'oci' | 'docker-list' = 'oci') {
    const registry = await registryFor();
    const [arm, amd] = ['linux/arm64', 'linux/amd64'].map((platform) =>
      registry.image({ repository: 'a/b', platform }),
    ) as [ReturnType<typeof registry.image>, ReturnType<typeof registry.image>];
    const list = registry.index({ repository: 'a/b', tag: 'v1', images: [arm, amd], mediaType });
    return { registry, arm, amd, list, reference: parseReference(`${registry.host}/a/b:v1`) };
  }

  it('stands for one of its images in mode Legacy', async () => {
    const { arm, amd, list, reference } = await withList('docker-list');
    const image = await fetcherFor().fetch(reference, { insecure, mode: 'Legacy' });
    expect(image.manifest.digest).toBe(amd.digest);
    expect(image.platformChoice).toMatchObject({
      list: { digest: list.digest, mediaType: list.mediaType },
      chosen: { digest: amd.digest },
      because: 'preferred',
    });
    const preferred = await fetcherFor().fetch(reference, { insecure, preferArch: 'arm64' });
    expect(preferred.manifest.digest).toBe(arm.digest);
  });

  it('is kept with all its images in mode PreserveOriginal', async () => {
    const { registry, arm, amd, list, reference } = await withList();
    const image = await fetcherFor().fetch(reference, { insecure, mode: 'PreserveOriginal' });
    expect(image.manifest).toEqual({ digest: list.digest, mediaType: list.mediaType, text: list.manifest });
    expect(image.config).toBeUndefined();
    expect(image.layers).toEqual([]);
    expect(image.list?.map(({ digest, platform }) => [digest, platform?.architecture])).toEqual([
      [arm.digest, 'arm64'],
      [amd.digest, 'amd64'],
    ]);
    expect(image.children?.map((child) => child.config?.text)).toEqual([arm.config?.text, amd.config?.text]);
    registry.fault(new RegExp(arm.digest), { kind: 'status', status: 404, code: 'MANIFEST_UNKNOWN' });
    const failed = fetcherFor().fetch(reference, { insecure, mode: 'PreserveOriginal' });
    expect((await failure(failed)).code).toBe('manifest-unknown');
  });

  it('may hold lists, but not without end', async () => {
    const { registry, amd, list, reference } = await withList();
    let inner = list;
    for (const tag of ['v2', 'v3', 'v4', 'v5']) inner = registry.index({ repository: 'a/b', tag, images: [inner] });
    const nested = await fetcherFor().fetch({ ...reference, tag: 'v2' }, { insecure });
    expect(nested.manifest.digest).toBe(amd.digest);
    expect((await failure(fetcherFor().fetch({ ...reference, tag: 'v5' }, { insecure }))).code).toBe('malformed');
  });

  it('is refused when it is empty, or too long to be kept', async () => {
    const { registry, amd, reference } = await withList();
    registry.index({ repository: 'a/b', tag: 'empty', images: [] });
    const empty = await failure(fetcherFor().fetch({ ...reference, tag: 'empty' }, { insecure }));
    expect(empty.message).toBe('no manifests in manifest list');
    registry.index({ repository: 'a/b', tag: 'long', images: Array.from({ length: 257 }, () => amd) });
    const long = fetcherFor().fetch({ ...reference, tag: 'long' }, { insecure, mode: 'PreserveOriginal' });
    expect((await failure(long)).code).toBe('too-large');
  });
});

describe('sources', () => {
  it('are tried in order, and the whole story is told', async () => {
    const [mirror, source] = [await registryFor(), await registryFor()];
    const { digest } = source.image({ repository: 'a/b', tag: 'v1' });
    const fetcher = fetcherFor({ mirrors: [{ source: source.host, mirrors: [`${mirror.host}/copy`] }] });
    const reference = parseReference(`${source.host}/a/b:v1`);
    const image = await fetcher.fetch(reference, { insecure });
    expect(image.manifest.digest).toBe(digest);
    expect(image.attempts).toMatchObject([
      { reference: `${mirror.host}/copy/a/b:v1`, isMirror: true, error: { code: 'manifest-unknown' } },
      { reference: `${source.host}/a/b:v1`, isMirror: false },
    ]);
    mirror.image({ repository: 'copy/a/b', tag: 'v1' });
    source.resetCounters();
    expect((await fetcher.fetch(reference, { insecure })).attempts).toHaveLength(1);
    expect(source.seen).toEqual([]);
  });

  it('fail together with all their reasons', async () => {
    const [mirror, source] = [await registryFor(), await registryFor()];
    source.fault(/manifests/, { kind: 'status', status: 403, code: 'DENIED' });
    const fetcher = fetcherFor({ mirrors: [{ source: source.host, mirrors: [mirror.host] }] });
    const error = await failure(fetcher.fetch(parseReference(`${source.host}/a/b:v1`), { insecure }));
    expect(error.code).toBe('all-sources-failed');
    expect(error.details.causes?.map(({ code }) => code)).toEqual(['manifest-unknown', 'denied']);
    expect(error.message).toMatch(/^\[.*does not have this manifest.*, .*denies access.*\]$/);
  });

  it('that are blocked are not asked', async () => {
    const registry = await registryFor();
    const fetcher = fetcherFor({ blockedRegistries: [registry.host] });
    const reference = parseReference(`${registry.host}/a/b:v1`);
    expect(await failure(fetcher.fetch(reference, { insecure }))).toMatchObject({
      code: 'blocked',
      message: `registry ${registry.host} blocked`,
    });
    expect((await failure(fetcher.fetchRepository(reference, { max: 0, insecure }))).code).toBe('blocked');
    expect(registry.seen).toEqual([]);
  });

  it('may be insecure by rule', async () => {
    const registry = await registryFor();
    registry.image({ repository: 'a/b', tag: 'v1' });
    const reference = parseReference(`${registry.host}/a/b:v1`);
    expect((await failure(fetcherFor().fetch(reference))).code).toBe('http-only-needs-insecure');
    const fetcher = fetcherFor({ insecureRegistries: [`${registry.host}/a`] });
    expect((await fetcher.fetch(reference)).layers).toHaveLength(2);
  });
});

describe('a repository', () => {
  const read = async (fetcher: ImageFetcher, host: string, options: RepositoryFetchOptions) => {
    const repository = await fetcher.fetchRepository(parseReference(`${host}/a/b`), options);
    const tags: FetchedTag[] = [];
    for await (const tag of repository) tags.push(tag);
    return { repository, tags };
  };
  const summary = (tags: readonly FetchedTag[]) =>
    tags.map(({ tag, result }) => [tag, 'image' in result ? result.image.manifest.digest : result.error.code]);

  it('gives its tags in order of priority, each with its image or its error', async () => {
    const registry = await registryFor({ tagPageSize: 2 });
    const [one, latest, two] = ['1.0', 'latest', '2.0'].map((tag) =>
      registry.image({ repository: 'a/b', tag, env: [tag] }),
    );
    registry.image({ repository: 'a/b', tag: 'broken' });
    registry.fault(/manifests\/broken/, { kind: 'corrupt' });
    const { tags, repository } = await read(fetcherFor(), registry.host, { max: 0, insecure });
    expect(summary(tags)).toEqual([
      ['latest', latest?.digest],
      ['2.0', two?.digest],
      ['1.0', one?.digest],
      ['broken', 'digest-mismatch'],
    ]);
    expect(repository.additionalTags).toEqual([]);
  });

  it('stops at the limit and names the rest', async () => {
    const registry = await registryFor();
    for (const tag of ['1.0', '2.0', '3.0', 'x']) registry.image({ repository: 'a/b', tag });
    const { tags, repository } = await read(fetcherFor(), registry.host, { max: 2, insecure });
    expect(tags.map(({ tag }) => tag)).toEqual(['3.0', '2.0']);
    expect(repository.tags).toEqual(['3.0', '2.0']);
    expect(repository.additionalTags).toEqual(['1.0', 'x']);
    expect(registry.count('manifest')).toBe(2);
  });

  it('reads what its tags share only once', async () => {
    const registry = await registryFor();
    for (let i = 0; i < 50; i++) registry.image({ repository: 'a/b', tag: `v1.${i}` });
    const fetcher = fetcherFor();
    const first = await read(fetcher, registry.host, { max: 0, insecure });
    expect(first.tags.every(({ result }) => 'image' in result)).toBe(true);
    expect([
      registry.count('ping'),
      registry.count('tags'),
      registry.count('manifest'),
      registry.count('blob'),
    ]).toEqual([1, 1, 50, 1]);
    registry.resetCounters();
    await read(fetcher, registry.host, { max: 0, insecure });
    expect([registry.count('manifest'), registry.count('blob')]).toEqual([50, 0]);
  });

  it('reads the images of its lists once, too', async () => {
    const registry = await registryFor();
    const images = ['linux/amd64', 'linux/arm64'].map((platform) => registry.image({ repository: 'a/b', platform }));
    for (const tag of ['a', 'b', 'c']) registry.index({ repository: 'a/b', tag, images });
    const { tags } = await read(fetcherFor(), registry.host, { max: 0, insecure, mode: 'PreserveOriginal' });
    expect(tags.every(({ result }) => 'image' in result && result.image.children?.length === 2)).toBe(true);
    expect([registry.count('manifest'), registry.count('blob')]).toEqual([5, 2]);
  });

  it('fails as a whole when its tags cannot be listed', async () => {
    const registry = await registryFor();
    const listing = fetcherFor().fetchRepository(parseReference(`${registry.host}/a/b`), { max: 0, insecure });
    expect((await failure(listing)).code).toBe('name-unknown');
  });

  it('takes hostile tag names for what they are', async () => {
    const registry = await registryFor();
    registry.image({ repository: 'a/b', tag: 'v1' });
    registry.rawManifest('a/b', '../../../x', 'application/json', '{}', 'x');
    registry.rawManifest('a/b', '', 'application/json', '{}', 'x');
    const { tags } = await read(fetcherFor(), registry.host, { max: 0, insecure });
    expect(tags.map(({ tag, result }) => [tag, 'error' in result ? result.error.code : 'fetched'])).toEqual([
      ['latest', 'manifest-unknown'],
      ['../../../x', 'malformed'],
      ['v1', 'fetched'],
    ]);
  });

  it('asks for no more when nobody reads on, or the time is over', async () => {
    const registry = await registryFor();
    for (let i = 0; i < 30; i++) registry.image({ repository: 'a/b', tag: `t${i}` });
    const repository = await fetcherFor().fetchRepository(parseReference(`${registry.host}/a/b`), {
      max: 0,
      insecure,
      concurrency: 2,
    });
    const tags = repository[Symbol.asyncIterator]();
    await tags.next();
    await tags.return();
    expect(registry.count('manifest')).toBeLessThan(5);

    const over = new AbortController();
    const options = { max: 0, insecure, signal: over.signal };
    const late = await fetcherFor().fetchRepository(parseReference(`${registry.host}/a/b`), options);
    over.abort();
    const codes = new Set<string>();
    for await (const { result } of late) codes.add('error' in result ? result.error.code : 'fetched');
    expect([...codes]).toEqual(['cancelled']);
  });
});
