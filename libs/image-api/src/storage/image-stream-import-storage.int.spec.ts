import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '#lib/event-store';
import { ImageService } from '#lib/image';
import { Importer, ImportService } from '#lib/import';
import { ApiError, notFound, type KubeObject, type RequestContext } from '#lib/kube-api';
import { ChangeFeed, EmbeddedReadModel, LocalReadModel, projections, Projector } from '#lib/read-model';
import { AllowList, RegistryTransport } from '#lib/registry';
import { SignatureService } from '#lib/signature';
import { ImageStreamService, OPEN_POLICY } from '#lib/stream';
import { InProcessRegistry } from '#lib/testing';
import type { ImageApiContext } from '../image-api-context.js';
import type { ImageStreamImportObject, ImageStreamImportSpec, ObjectMeta, Submitted } from '../schema/types.js';
import { ImageStreamImportStorage } from './image-stream-import-storage.js';

const historyWindow = 100;
const user = { name: 'alice', uid: '', groups: [], extra: {} };
const context: RequestContext = { user, requestId: 'r-1', signal: new AbortController().signal, warn: () => undefined };

let directory: string;
let registry: InProcessRegistry;
let transport: RegistryTransport;
let store: InMemoryEventStore;
let projector: Projector;
let readModel: EmbeddedReadModel;
let api: ImageApiContext;
let allowList: AllowList;
let everywhere: readonly string[];
let storage: ImageStreamImportStorage;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tagline-'));
  registry = await InProcessRegistry.start();
  transport = new RegistryTransport({ retry: { attempts: 1 } });
  store = new InMemoryEventStore();
  readModel = EmbeddedReadModel.open(join(directory, 'read-model.lmdb'), 'test');
  projector = new Projector(store, readModel, projections({ historyWindow }));
  await projector.start();
  allowList = AllowList.everything();
  everywhere = [];
  const images = new ImageService(store);
  const streams = new ImageStreamService(store, OPEN_POLICY);
  api = {
    ...{ store, images, streams },
    readModel: new LocalReadModel(readModel, projector),
    changes: new ChangeFeed(store, new Set(['imageStream'])),
    signatures: new SignatureService(store),
    mayPullFrom: async () => ({ allowed: true, reason: '' }),
    imageSizeLimits: () => [],
    assertNamespaceActive: async (namespace) => {
      if (namespace === 'absent') throw notFound({ group: '', resource: 'namespaces' }, namespace);
    },
    settings: { hostnames: { internal: '', external: '' }, importMode: 'Legacy', historyWindow },
  };
  const importer = new Importer({ transport, pullSecretsOf: () => [] });
  storage = new ImageStreamImportStorage(api, new ImportService({ store, images, streams, importer }), {
    mayCreateEverywhere: async (_user, resource) => everywhere.includes(resource),
    refuseImport: (reference, wanted) => allowList.check(reference, wanted),
  });
});

afterEach(async () => {
  await projector.stop();
  await readModel.close();
  await store.close();
  await transport.close();
  await registry.close();
  rmSync(directory, { recursive: true });
});

type Sent = Submitted<ImageStreamImportSpec>;

async function send(
  spec: Sent,
  {
    metadata = {},
    namespace = 'team',
    dryRun = false,
  }: { metadata?: ObjectMeta; namespace?: string; dryRun?: boolean } = {},
): Promise<ImageStreamImportObject> {
  const object = {
    kind: 'ImageStreamImport',
    apiVersion: 'image.openshift.io/v1',
    metadata: { name: 'app', ...metadata },
    spec,
  } as KubeObject;
  const view = await storage.create(context, { namespace }, object, { dryRun });
  return JSON.parse(view.json().toString()) as ImageStreamImportObject;
}

const refusal = async (...request: Parameters<typeof send>) => {
  const error: unknown = await send(...request).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error.toStatus();
};

const docker = (name: string) => ({ kind: 'DockerImage', name });
const image = (name: string, to?: string) => ({
  from: docker(`${registry.host}/${name}`),
  importPolicy: { insecure: true },
  ...(to === undefined ? {} : { to: { name: to } }),
});

describe('an image stream import', () => {
  it('answers with the images, in full, and with the stream as it is now', async () => {
    const built = registry.image({ repository: 'a/b', tag: 'latest' });
    const spec = { import: true, images: [{ ...image('a/b:latest', 'v1'), referencePolicy: { type: 'Local' } }] };
    const { metadata, status, ...rest } = await send(spec, { metadata: { labels: { a: 'b' }, resourceVersion: '' } });

    expect(rest).toMatchObject({ kind: 'ImageStreamImport', apiVersion: 'image.openshift.io/v1' });
    expect(metadata).toMatchObject({ name: 'app', namespace: 'team', labels: { a: 'b' } });
    expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadata).not.toHaveProperty('resourceVersion');
    expect(status.images).toMatchObject([
      {
        status: { metadata: {}, status: 'Success' },
        image: {
          metadata: { name: built.digest, annotations: { 'image.openshift.io/dockerLayersOrder': 'ascending' } },
          dockerImageReference: `${registry.host}/a/b@${built.digest}`,
          dockerImageMetadata: { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0', Id: built.config?.digest },
          dockerImageMetadataVersion: '1.0',
        },
        tag: 'latest',
      },
    ]);
    expect(status.images?.[0]?.status).toEqual({ metadata: {}, status: 'Success' });
    expect(status.images?.[0]?.image).not.toHaveProperty('dockerImageManifest');
    expect(status.repository).toBeUndefined();
    expect(status.import).not.toHaveProperty('kind');
    expect(status.import).toMatchObject({
      metadata: { name: 'app', namespace: 'team', generation: 1 },
      spec: {
        tags: [
          {
            name: 'v1',
            from: docker(`${registry.host}/a/b:latest`),
            generation: 1,
            referencePolicy: { type: 'Local' },
          },
        ],
      },
      status: { tags: [{ tag: 'v1', items: [{ image: built.digest, generation: 1 }] }] },
    });
    expect(status.import?.metadata.annotations).toHaveProperty(['openshift.io/image.dockerRepositoryCheck']);
  });

  it('writes nothing when there is nothing new, and shows the images with the metadata that they have', async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    const first = await send({ import: true, images: [image('a/b:1')] });
    const second = await send({ import: true, images: [image('a/b:1')] });
    const version = first.status.import?.metadata.resourceVersion;
    expect(second.status.import?.metadata.resourceVersion).toBe(version);
    const [stored, again] = [first, second].map(({ status }) => status.images?.[0]?.image?.metadata);
    expect(stored?.uid).toBeDefined();
    expect(again).toEqual(stored);
    expect(second.metadata.uid).not.toBe(first.metadata.uid);
  });

  it('is seen by whoever reads next', async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    const { status } = await send({ import: true, images: [image('a/b:1')] });
    const stream = await api.readModel.stream('team', 'app');
    expect(`${stream?.version}`).toBe(status.import?.metadata.resourceVersion);
  });

  it('only looks when it is told to', async () => {
    const built = registry.image({ repository: 'a/b', tag: '1' });
    const spec = { images: [{ ...image('a/b:1'), includeManifest: true }], import: false };
    const { status } = await send(spec);
    expect(status.images?.[0]?.image).toMatchObject({
      metadata: { name: built.digest, creationTimestamp: null },
      dockerImageManifest: built.manifest,
      dockerImageConfig: built.config?.text,
    });
    expect(status).not.toHaveProperty('import');
    expect(await store.lastPosition()).toBe(0);
  });

  it('shows in a dry run what would become of the stream', async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    const { status } = await send({ import: true, images: [image('a/b:1')] }, { dryRun: true });
    expect(status.import?.spec.tags).toMatchObject([{ name: '1' }]);
    expect(await store.lastPosition()).toBe(0);
  });

  it('answers for each image by itself, in the order of the request', async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    const images = [image('a/b:2'), image('a/b:1'), { from: docker('*') }];
    const { status } = await send({ import: true, images });
    expect(status.images?.map((entry) => entry.status)).toEqual([
      {
        metadata: {},
        status: 'Failure',
        message: `dockerimage.image.openshift.io "${registry.host}/a/b:2" not found`,
        reason: 'NotFound',
        details: { name: `${registry.host}/a/b:2`, group: 'image.openshift.io', kind: 'dockerimage' },
        code: 404,
      },
      { metadata: {}, status: 'Success' },
      expect.objectContaining({ status: 'Failure', reason: 'Invalid', code: 422 }),
    ]);
    expect(
      status.import?.status.tags?.map(({ tag, items, conditions = [] }) => [tag, items?.length, conditions.length]),
    ).toEqual([
      ['1', 1, 0],
      ['2', undefined, 1],
    ]);
  });

  it('imports a repository, with what it left out', async () => {
    for (const tag of ['1.0', '1.1']) registry.image({ repository: 'a/b', tag, content: tag });
    const from = docker(`${registry.host}/a/b`);
    const { status } = await send({ import: true, repository: { from, importPolicy: { insecure: true } } });
    expect(status.repository).toMatchObject({
      status: { metadata: {}, status: 'Success' },
      images: [{ tag: '1.1' }, { tag: '1.0' }],
    });
    expect(status.repository).not.toHaveProperty('additionalTags');
    expect(status).not.toHaveProperty('images');
  });
});

describe('what an image stream import says of its stream', () => {
  beforeEach(async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    await send({ import: true, images: [image('a/b:1')] });
  });

  it('must be its version', async () => {
    const { version } = (await api.readModel.streamHeader('team', 'app')) ?? {};
    await send({ import: true, images: [image('a/b:1', 'v2')] }, { metadata: { resourceVersion: `${version}` } });
    const now = (await api.readModel.streamHeader('team', 'app'))?.version;
    const stale = { metadata: { resourceVersion: `${version}` } };
    expect(await refusal({ import: true, images: [image('a/b:1', 'v3')] }, stale)).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on imagestream.image.openshift.io "app": ' +
        `the image stream was updated from "${version}" to "${now}"`,
      details: { kind: 'imagestream' },
    });
  });

  it('must be its uid', async () => {
    expect(await refusal({ import: true, images: [image('a/b:1')] }, { metadata: { uid: 'other' } })).toMatchObject({
      code: 404,
      message: 'imagestream.image.openshift.io "app" not found',
    });
  });

  it('cannot be said of one that is not there', async () => {
    const metadata = { name: 'none', resourceVersion: '7' };
    expect(await refusal({ import: true, images: [image('a/b:1')] }, { metadata })).toMatchObject({
      code: 404,
      details: { kind: 'imagestreamimports', name: 'none' },
    });
  });
});

describe('an image stream import is refused', () => {
  it.each<[string, Sent, string]>([
    ['without anything to import', {}, 'spec.images'],
    ['of another kind', { images: [{ from: { kind: 'ImageStreamTag', name: 'a:b' } }] }, 'spec.images[0].from.kind'],
    ['without a name', { images: [{ from: { kind: 'DockerImage' } }] }, 'spec.images[0].from.name'],
    ['with a name that is none', { images: [{ from: docker('a b') }] }, 'spec.images[0].from.name'],
    ['with an empty target', { images: [{ from: docker('a/b'), to: { name: '' } }] }, 'spec.images[0].to.name'],
    [
      'with a mode that is none',
      { images: [{ from: docker('a/b'), importPolicy: { importMode: 'x' } }] },
      'spec.images[0].importPolicy.importMode',
    ],
    ['of a repository with a tag', { repository: { from: docker('a/b:1') } }, 'spec.repository.from.name'],
    ['of a repository without a name', { repository: { from: docker('') } }, 'spec.repository.from.name'],
  ])('%s', async (_why, spec, field) => {
    const status = await refusal(spec);
    expect(status).toMatchObject({ code: 422, reason: 'Invalid', details: { kind: 'ImageStreamImport', name: 'app' } });
    expect(status.details?.causes?.map((cause) => cause.field)).toEqual([field]);
  });

  it('for a name that no stream can have', async () => {
    const status = await refusal({ images: [image('a/b')] }, { metadata: { name: 'App' } });
    expect(status.details?.causes).toMatchObject([{ field: 'metadata.name' }]);
  });

  it('where there is no namespace', async () => {
    expect(await refusal({ images: [image('a/b')] }, { namespace: 'absent' })).toMatchObject({ code: 404 });
  });

  it('from a registry that is not on the list, as a whole', async () => {
    allowList = AllowList.from([{ domainName: 'registry.example.com' }]);
    const spec = { import: true, images: [image('a/b:1'), { from: docker('registry.example.com/a/b:1') }] };
    const status = await refusal(spec);
    const why =
      `importing images from registry "${registry.host}" is forbidden: ` +
      `registry "${registry.host}" not allowed by whitelist: "registry.example.com:443"`;
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(status.details?.causes).toEqual([
      { reason: 'FieldValueForbidden', field: 'spec.images[0].from.name', message: `Forbidden: ${why}` },
    ]);
    expect(registry.seen).toEqual([]);
  });

  it.each(['images', 'imagestreammapping'])('but not for somebody who may create %s everywhere', async (resource) => {
    registry.image({ repository: 'a/b', tag: '1' });
    allowList = AllowList.nothing();
    everywhere = [resource];
    const { status } = await send({ import: true, images: [image('a/b:1')] });
    expect(status.images?.[0]?.status.status).toBe('Success');
  });
});
