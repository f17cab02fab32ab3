import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, Refusal, StaleVersionError } from '#lib/event-store';
import type { RecordedEvent } from '#lib/events';
import { ImageService } from '#lib/image';
import { RegistryTransport } from '#lib/registry';
import { ImageStreamService, NO_SOURCES, OPEN_POLICY, tagStateOf } from '#lib/stream';
import { InProcessRegistry, type InProcessRegistryOptions } from '#lib/testing';
import type { ImportReport } from './import-observer.js';
import type { ImageOutcome } from './import-outcome.js';
import type { ImageImport, ImportRequest, RepositoryImport } from './import-request.js';
import { ImportService } from './import-service.js';
import type { RunOptions } from './imports.js';
import { Importer, type ImporterOptions } from './importer/importer.js';
import { ImportInterruptedError } from './importer/deadline.js';

const policies = {
  importPolicy: { insecure: true, importMode: 'Legacy' },
  referencePolicy: { type: 'Source' },
  includeManifest: false,
} as const;
const wholeList = { importPolicy: { insecure: true, importMode: 'PreserveOriginal' } } as const;
const alice = { actor: { user: 'alice', groups: [] } };

let registry: InProcessRegistry;
let transport: RegistryTransport;
let store: InMemoryEventStore;
let streams: ImageStreamService;
let images: ImageService;
let reports: ImportReport[];

async function start(options: InProcessRegistryOptions = {}): Promise<void> {
  registry = await InProcessRegistry.start(options);
}

function service(options: Partial<ImporterOptions> = {}): ImportService {
  const importer = new Importer({
    transport,
    pullSecretsOf: () => [],
    ownPlatform: { architecture: 'amd64', os: 'linux' },
    ...options,
  });
  const observer = { finished: (report: ImportReport) => void reports.push(report) };
  return new ImportService({ store, images, streams, importer, observer });
}

const image = (name: string, to?: string, more: Partial<ImageImport> = {}): ImageImport => ({
  ...policies,
  from: `${registry.host}/${name}`,
  ...(to === undefined ? {} : { to }),
  ...more,
});

const repository = (name: string, more: Partial<RepositoryImport> = {}): RepositoryImport => ({
  ...policies,
  from: `${registry.host}/${name}`,
  ...more,
});

let uids = 0;
const importOf = (what: Partial<ImportRequest>): ImportRequest => ({
  uid: `import-${++uids}`,
  namespace: 'team',
  stream: 'app',
  trigger: 'request',
  images: [],
  ...what,
});

const run = (what: Partial<ImportRequest>, options: RunOptions & { importer?: Partial<ImporterOptions> } = {}) =>
  service(options.importer).run(importOf(what), alice, options);

const app = async () => (await streams.load('team', 'app')).state;
const tag = async (name: string) => tagStateOf(await app(), name);

async function events(): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const page of store.readAll({ after: 0 })) all.push(...page);
  return all;
}

const typesAfter = async (position: number): Promise<string[]> =>
  (await events()).filter((event) => event.position > position).map(({ type }) => type);

const failureOf = ({ result }: ImageOutcome) => (result.kind === 'failed' ? result.failure : undefined);
const nameOf = ({ result }: ImageOutcome) => (result.kind === 'found' ? result.image.name : undefined);

beforeEach(() => {
  store = new InMemoryEventStore();
  streams = new ImageStreamService(store, OPEN_POLICY);
  images = new ImageService(store);
  transport = new RegistryTransport({ retry: { attempts: 1 } });
  reports = [];
});

afterEach(async () => {
  await transport.close();
  await registry.close();
});

describe('an import of an image', () => {
  it('stores the image, moves the tag and creates the stream', async () => {
    await start();
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const { findings, stream, changed } = await run({ images: [image('a/b:1', 'v1')] });

    expect(changed).toBe(true);
    expect(findings.images.map(nameOf)).toEqual([built.digest]);
    expect(findings.images[0]?.tag).toBe('1');
    expect(stream?.state.tags.get('v1')).toMatchObject({
      spec: { from: { kind: 'DockerImage', name: `${registry.host}/a/b:1` }, generation: 1 },
      conditions: [],
    });
    expect((await tag('v1')).history.head).toMatchObject({
      image: built.digest,
      dockerImageReference: `${registry.host}/a/b@${built.digest}`,
      generation: 1,
    });
    const { state } = await images.load(built.digest);
    expect(state?.content).toMatchObject({
      dockerImageReference: `${registry.host}/a/b@${built.digest}`,
      dockerImageMetadataVersion: '1.0',
      dockerImageMetadata: { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0', Id: built.config?.digest },
      dockerImageManifestMediaType: built.mediaType,
      dockerImageLayers: built.layers.map(({ digest, size }) => ({ name: digest, size })),
    });
    expect(state?.content).not.toHaveProperty('dockerImageManifest');
    expect(state?.content).not.toHaveProperty('dockerImageConfig');
  });

  it('is in the log from the request to the end, each step with its cause', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    await run({ images: [image('a/b:1', 'v1')] });
    const log = await events();
    expect(log.map(({ type }) => type)).toEqual([
      'ImportRequested',
      'ImageImported',
      'ImageStreamCreated',
      'TagSpecified',
      'TagImported',
      'RepositoryChecked',
      'ImportCompleted',
    ]);
    const [requested, ...caused] = log;
    expect(requested?.metadata.cause).toBeUndefined();
    expect(new Set(caused.map(({ metadata }) => metadata.cause))).toEqual(new Set([requested?.metadata.id]));
    expect(reports).toMatchObject([{ result: 'changed', found: 1, missing: 0, stream: 'app' }]);
  });

  it('that finds the same digest again writes nothing to the stream', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    const first = await run({ images: [image('a/b:1', 'v1')] });
    const before = await store.lastPosition();
    const second = await run({ images: [image('a/b:1', 'v1')] });
    expect(second.changed).toBe(false);
    expect(second.stream?.version).toBe(first.stream?.version);
    expect(await typesAfter(before)).toEqual(['ImportRequested', 'ImportCompleted']);
  });

  it('without a tag to write only looks it up', async () => {
    await start();
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const { findings } = await run({ images: [image(`a/b@${built.digest}`)] });
    expect(findings.images).toMatchObject([{ result: { kind: 'found', image: { name: built.digest } } }]);
    expect(findings.images[0]).not.toHaveProperty('tag');
    expect((await images.load(built.digest)).state).toBeUndefined();
    expect((await app()).tags.size).toBe(0);
  });

  it('that is asked for twice is fetched once', async () => {
    await start();
    const built = registry.image({ repository: 'a/b', tag: 'latest' });
    const { findings } = await run({ images: [image('a/b', 'one'), image('a/b:latest', 'two')] });
    expect(findings.images.map(nameOf)).toEqual([built.digest, built.digest]);
    expect(registry.count('manifest')).toBe(1);
  });

  it('applies to the stream as it is by then, when the caller named no version', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    await run({ images: [image('a/b:1', 'v1')] });
    registry.fault(/manifests\/1/, { kind: 'drip', everyMs: 20 }, { times: 1 });
    const slow = run({ images: [image('a/b:1', 'v2')] }, { importer: { timeoutMs: 100 } });
    const reference = { name: 'other', annotations: null, generation: null, ...policies, reference: true };
    const from = { kind: 'DockerImage', name: 'registry.example.com/x' };
    await streams.specifyTag(
      'team',
      {
        type: 'SpecifyTag',
        creation: { namespace: 'team', name: 'app', uid: 'u' },
        tag: 'other',
        reference: { ...reference, from },
        existing: 'replace',
        now: new Date(),
        sources: NO_SOURCES,
      },
      alice,
    );
    await slow;
    expect([...(await app()).tags.keys()].sort()).toEqual(['other', 'v1', 'v2']);
  });

  it('is refused when the stream is no longer the version that the caller named', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    const { stream } = await run({ images: [image('a/b:1', 'v1')] });
    const version = (stream?.version ?? 0) - 1;
    await expect(run({ images: [image('a/b:1', 'v2')] }, { precondition: { version } })).rejects.toThrow(
      StaleVersionError,
    );
    expect(registry.count('manifest')).toBe(1);
  });
});

describe('a look without writing', () => {
  it('leaves no trace', async () => {
    await start();
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const looked = await run({ images: [image('a/b:1', 'v1', { includeManifest: true })] }, { mode: 'look' });
    expect(looked.findings.images).toMatchObject([
      {
        result: { image: { content: { dockerImageManifest: built.manifest, dockerImageConfig: built.config?.text } } },
      },
    ]);
    expect(looked.stream).toBeUndefined();
    expect(await store.lastPosition()).toBe(0);
    expect(reports).toMatchObject([{ result: 'looked' }]);
  });

  it('can say what would become of the stream', async () => {
    await start();
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const { stream } = await run({ images: [image('a/b:1', 'v1')] }, { mode: 'dry-run' });
    expect(stream?.state.tags.get('v1')?.history.head?.image).toBe(built.digest);
    expect(await store.lastPosition()).toBe(0);
  });
});

describe('an import of a repository', () => {
  const fill = (count: number): string[] => {
    const tags = Array.from({ length: count }, (_, index) => `1.${index}.0`);
    for (const name of tags) registry.image({ repository: 'a/b', tag: name, content: name });
    return tags.toReversed();
  };

  it('takes on all tags, newer versions first', async () => {
    await start({ tagPageSize: 20 });
    const tags = fill(50);
    const { findings, stream } = await run({ repository: repository('a/b') });
    expect(findings.repository).toMatchObject({ additionalTags: [] });
    expect(findings.repository?.failure).toBeUndefined();
    expect(findings.repository?.images.map((outcome) => outcome.tag)).toEqual(tags);
    expect([...(stream?.state.tags.keys() ?? [])].sort()).toEqual([...tags].sort());
    expect((await tag('1.7.0')).spec?.from?.name).toBe(`${registry.host}/a/b:1.7.0`);
  });

  it('names the tags beyond the limit, save those that are named one by one', async () => {
    await start();
    fill(5);
    const { findings } = await run(
      { repository: repository('a/b'), images: [image('a/b:1.1.0', 'old')] },
      { importer: { maxTagsPerRepository: 2 } },
    );
    expect(findings.repository?.images.map((outcome) => outcome.tag)).toEqual(['1.4.0', '1.3.0', '1.1.0']);
    expect(findings.repository?.additionalTags).toEqual(['1.2.0', '1.0.0']);
  });

  it('says how many tags failed, and keeps the others', async () => {
    await start();
    fill(3);
    registry.fault(/manifests\/1\.1\.0/, { kind: 'corrupt' });
    const { findings } = await run({ repository: repository('a/b') });
    expect(findings.repository?.failure).toMatchObject({
      reason: 'ImportFailed',
      message: 'one of the images from this repository failed to import',
    });
    expect(findings.repository?.images.map((outcome) => failureOf(outcome)?.reason)).toEqual([
      undefined,
      'InternalError',
      undefined,
    ]);
    const failed = await tag('1.1.0');
    expect(failed.spec).toBeNull();
    expect(failed.conditions).toMatchObject([{ type: 'ImportSuccess', status: 'False', reason: 'InternalError' }]);
    expect((await tag('1.2.0')).history.length).toBe(1);
  });

  it('that is not there says so, and leaves a stream that was asked', async () => {
    await start();
    const { findings } = await run({ repository: repository('a/none') });
    expect(findings.repository).toMatchObject({
      images: [],
      failure: { reason: 'NotFound', message: `dockerimage.image.openshift.io "${registry.host}/a/none" not found` },
    });
    expect((await app()).header?.metadata.annotations).toHaveProperty(['openshift.io/image.dockerRepositoryCheck']);
    expect((await events()).at(-1)).toMatchObject({
      type: 'ImportCompleted',
      data: { outcomes: [{ failure: { reason: 'NotFound' } }] },
    });
  });
});

describe('a manifest list', () => {
  const index = () => {
    const amd64 = registry.image({ repository: 'a/b', platform: 'linux/amd64' });
    const arm64 = registry.image({ repository: 'a/b', platform: 'linux/arm64', content: 'arm' });
    return { amd64, arm64, list: registry.index({ repository: 'a/b', tag: '1', images: [amd64, arm64] }) };
  };

  it('stands for the image of this platform', async () => {
    await start();
    const { amd64 } = index();
    const { findings } = await run({ images: [image('a/b:1', 'v1')] });
    expect(findings.images.map(nameOf)).toEqual([amd64.digest]);
  });

  it('stands for the image that the tag prefers', async () => {
    await start();
    const { arm64 } = index();
    const annotations = { 'importer.image.openshift.io/prefer-arch': 'arm64' };
    const reference = { name: 'v1', annotations, generation: null, ...policies };
    await streams.specifyTag(
      'team',
      {
        type: 'SpecifyTag',
        creation: { namespace: 'team', name: 'app', uid: 'u' },
        tag: 'v1',
        reference: { ...reference, from: { kind: 'DockerImage', name: `${registry.host}/a/b:1` } },
        existing: 'refuse',
        now: new Date(),
        sources: NO_SOURCES,
      },
      alice,
    );
    const { findings } = await run({ images: [image('a/b:1', 'v1')] });
    expect(findings.images.map(nameOf)).toEqual([arm64.digest]);
  });

  it('is kept with the images of all platforms on request', async () => {
    await start();
    const { amd64, arm64, list } = index();
    const { findings } = await run({ images: [image('a/b:1', 'v1', wholeList)] });
    expect(findings.images).toMatchObject([
      { result: { image: { name: list.digest }, manifests: [{ name: amd64.digest }, { name: arm64.digest }] } },
    ]);
    const { state } = await images.load(list.digest);
    expect(state?.content.dockerImageManifests?.map(({ digest, architecture }) => [digest, architecture])).toEqual([
      [amd64.digest, 'amd64'],
      [arm64.digest, 'arm64'],
    ]);
    expect(state?.content).not.toHaveProperty('dockerImageManifest');
    expect(state?.content).not.toHaveProperty('dockerImageLayers');
    expect((await images.load(arm64.digest)).state).toBeDefined();
    expect((await tag('v1')).history.head?.image).toBe(list.digest);
  });

  it('without a platform fails by itself, not the whole import', async () => {
    await start();
    const amd64 = registry.image({ repository: 'a/b', tag: 'single', platform: 'linux/amd64' });
    const { platform: _platform, ...anonymous } = amd64;
    registry.index({ repository: 'a/b', tag: '1', images: [anonymous] });
    const { findings } = await run({ images: [image('a/b:1', 'v1', wholeList), image('a/b:single', 'v2')] });
    expect(findings.images.map(failureOf)).toMatchObject([{ reason: 'Invalid', code: 422 }, undefined]);
    expect((await tag('v2')).history.length).toBe(1);
  });
});

describe('a registry that asks for credentials', () => {
  const auth = { mode: 'bearer', username: 'u', password: 'p', publicRepositories: ['public/x'] } as const;
  const secret = (password: string) => ({
    format: 'dockerconfigjson' as const,
    config: JSON.stringify({ auths: { [registry.host]: { username: 'u', password } } }),
  });

  it('gets those of the namespace', async () => {
    await start({ auth });
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const asked: string[] = [];
    const pullSecretsOf = (namespace: string) => {
      asked.push(namespace);
      return [{ format: 'dockerconfigjson' as const, config: 'not JSON' }, secret('p')];
    };
    const { findings } = await run({ images: [image('a/b:1', 'v1')] }, { importer: { pullSecretsOf } });
    expect(findings.images.map(nameOf)).toEqual([built.digest]);
    expect(asked).toEqual(['team']);
  });

  it('and gets none, refuses', async () => {
    await start({ auth });
    registry.image({ repository: 'a/b', tag: '1' });
    const { findings } = await run({ images: [image('a/b:1', 'v1')] });
    expect(findings.images.map(failureOf)).toMatchObject([{ reason: 'Unauthorized', code: 401 }]);
    expect((await tag('v1')).conditions[0]?.message).toContain('you may not have access to the container image');
  });

  it('is asked again without wrong ones, which must not block what is public', async () => {
    await start({ auth });
    const open = registry.image({ repository: 'public/x', tag: '1' });
    registry.image({ repository: 'a/b', tag: '1' });
    const { findings } = await run(
      { images: [image('public/x:1', 'v1'), image('a/b:1', 'v2')], repository: repository('public/x') },
      { importer: { pullSecretsOf: () => [secret('wrong')] } },
    );
    expect(findings.images.map(nameOf)).toEqual([open.digest, undefined]);
    expect(findings.images.map(failureOf)[1]).toMatchObject({
      reason: 'Unauthorized',
      message: `incorrect username or password for image "${registry.host}/a/b:1"`,
    });
    expect(findings.repository?.images.map(nameOf)).toEqual([open.digest]);
  });

  it('never sees what another namespace has read', async () => {
    await start({ auth });
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const imports = service({ pullSecretsOf: (namespace) => (namespace === 'team' ? [secret('p')] : []) });
    const wanted = { images: [image(`a/b@${built.digest}`, 'v1')] };
    const own = await imports.run(importOf(wanted), alice);
    const foreign = await imports.run(importOf({ ...wanted, namespace: 'other' }), alice);
    expect([own, foreign].flatMap(({ findings }) => findings.images).map(nameOf)).toEqual([built.digest, undefined]);
  });
});

describe('a registry that fails', () => {
  const failing = async (path: RegExp, fault: Parameters<InProcessRegistry['fault']>[1], timeoutMs = 2_000) => {
    await start();
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const takeAway = registry.fault(path, fault);
    const { findings } = await run({ images: [image('a/b:1', 'v1')] }, { importer: { timeoutMs } });
    const [failure] = findings.images.map(failureOf);
    const condition = (await tag('v1')).conditions[0];
    expect(condition).toMatchObject({ status: 'False', reason: failure?.reason, message: failure?.message });
    takeAway();
    const again = await run({ images: [image('a/b:1', 'v1')] });
    expect(again.findings.images.map(nameOf)).toEqual([built.digest]);
    expect((await tag('v1')).conditions).toEqual([]);
    return failure;
  };

  it('by not having the image', async () => {
    expect(await failing(/manifests/, { kind: 'status', status: 404, code: 'MANIFEST_UNKNOWN' })).toMatchObject({
      reason: 'NotFound',
      code: 404,
      message: `dockerimage.image.openshift.io "${registry.host}/a/b:1" not found`,
    });
  });

  it('by answering with a web page', async () => {
    expect(await failing(/manifests/, { kind: 'html' })).toMatchObject({ reason: 'NotV2Registry', code: 403 });
  });

  it('by lying about a digest', async () => {
    const failure = await failing(/manifests/, { kind: 'wrong-digest' });
    expect(failure?.message).toMatch(/^Internal error occurred: content integrity error: the manifest retrieved/);
  });

  it('by sending without end', async () => {
    expect(await failing(/manifests/, { kind: 'oversized' })).toMatchObject({ reason: 'InternalError' });
  });

  it('by never answering', async () => {
    const failure = await failing(/manifests/, { kind: 'stall' }, 200);
    expect(failure?.message).toBe(
      `Internal error occurred: ${registry.host}/a/b:1: the time allowed for this operation is over`,
    );
  });

  it('leaves the image that the tag has', async () => {
    await start();
    const built = registry.image({ repository: 'a/b', tag: '1' });
    await run({ images: [image('a/b:1', 'v1')] });
    registry.deleteTag('a/b', '1');
    await run({ images: [image('a/b:1', 'v1')] });
    const { history, conditions } = await tag('v1');
    expect(history.head?.image).toBe(built.digest);
    expect(conditions).toMatchObject([{ reason: 'NotFound' }]);
    const before = await store.lastPosition();
    const third = await run({ images: [image('a/b:1', 'v1')] });
    expect(third.changed).toBe(false);
    expect(await typesAfter(before)).toEqual(['ImportRequested', 'ImportCompleted']);
  });
});

describe('an import that is interrupted', () => {
  it('leaves the stream alone, and says so in the log', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    registry.fault(/manifests/, { kind: 'stall' });
    const leaving = new AbortController();
    const running = run({ images: [image('a/b:1', 'v1')] }, { signal: leaving.signal });
    const refused = expect(running).rejects.toThrow(ImportInterruptedError);
    while (registry.count('manifest') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    leaving.abort();
    await refused;
    expect((await app()).header).toBeUndefined();
    expect((await events()).map(({ type }) => type)).toEqual(['ImportRequested', 'ImportFailed']);
    expect(reports).toMatchObject([{ result: 'failed' }]);
  });

  it('by the end of its stream does not bring the stream back', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    await run({ images: [image('a/b:1', 'v1')] });
    registry.fault(/manifests/, { kind: 'stall' }, { times: 1 });
    const slow = run({ images: [image('a/b:1', 'v2')] }, { importer: { timeoutMs: 100 } });
    const refused = expect(slow).rejects.toThrow(Refusal);
    await streams.delete('team', { type: 'DeleteStream', now: new Date(), name: 'app' }, alice);
    await refused;
    expect((await app()).header).toBeUndefined();
  });
});

describe('an import by schedule', () => {
  const scheduled = { trigger: 'schedule' } as const;

  it('that finds nothing new leaves no trace at all', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    await run({ images: [image('a/b:1', 'v1')] });
    const before = await store.lastPosition();
    const { changed } = await run({ ...scheduled, images: [image('a/b:1', 'v1')] });
    expect(changed).toBe(false);
    expect(await store.lastPosition()).toBe(before);
    expect(reports.at(-1)).toMatchObject({ result: 'unchanged', found: 1 });
  });

  it('moves the tag when the registry has', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    await run({ images: [image('a/b:1', 'v1')] });
    const next = registry.image({ repository: 'a/b', tag: '1', content: 'next' });
    const before = await store.lastPosition();
    await run({ ...scheduled, images: [image('a/b:1', 'v1')] });
    expect((await tag('v1')).history.head?.image).toBe(next.digest);
    const [first, ...rest] = await typesAfter(before);
    expect([first, rest.at(-1)]).toEqual(['ImportRequested', 'ImportCompleted']);
  });

  it('does not undo what was asked for meanwhile', async () => {
    await start();
    registry.image({ repository: 'a/b', tag: '1' });
    const other = registry.image({ repository: 'a/b', tag: '2', content: 'two' });
    await run({ images: [image('a/b:1', 'v1')] });
    registry.image({ repository: 'a/b', tag: '1', content: 'next' });
    const release = registry.fault(/manifests\/1/, { kind: 'stall' }, { times: 1 });
    const slow = run({ ...scheduled, images: [image('a/b:1', 'v1')] }, { importer: { timeoutMs: 200 } });
    await run({ images: [image('a/b:2', 'v1')] });
    release();
    await slow;
    const { spec, history, conditions } = await tag('v1');
    expect(spec?.from?.name).toBe(`${registry.host}/a/b:2`);
    expect(history.head?.image).toBe(other.digest);
    expect(conditions).toEqual([]);
  });

  it('of a stream that is not there is refused', async () => {
    await start();
    await expect(run({ ...scheduled, images: [image('a/b:1', 'v1')] })).rejects.toMatchObject({ code: 'not-found' });
  });
});
