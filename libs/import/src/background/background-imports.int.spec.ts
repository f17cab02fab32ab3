import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '#lib/event-store';
import type { RecordedEvent, TagReference } from '#lib/events';
import { ImageService } from '#lib/image';
import { ChangeFeed, EmbeddedReadModel, LocalReadModel, projections, Projector } from '#lib/read-model';
import { RegistryTransport } from '#lib/registry';
import { ImageStreamService, NO_SOURCES, OPEN_POLICY, tagStateOf } from '#lib/stream';
import { InProcessRegistry } from '#lib/testing';
import { ImportService } from '../import-service.js';
import { Importer } from '../importer/importer.js';
import { ImportController } from './import-controller.js';
import { ImportScheduler } from './import-scheduler.js';
import { StreamFollower } from './stream-follower.js';

const alice = { actor: { user: 'alice', groups: [] } };
const INTERVAL = 60_000;

let directory: string;
let registry: InProcessRegistry;
let transport: RegistryTransport;
let store: InMemoryEventStore;
let readModel: EmbeddedReadModel;
let projector: Projector;
let streams: ImageStreamService;
let controller: ImportController;
let scheduler: ImportScheduler;
let follower: StreamFollower;
let now: number;
let retries: (() => void)[];
let imports: ImportService;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tagline-'));
  registry = await InProcessRegistry.start();
  transport = new RegistryTransport({ retry: { attempts: 1 } });
  store = new InMemoryEventStore();
  readModel = EmbeddedReadModel.open(join(directory, 'read-model.lmdb'), 'test');
  projector = new Projector(store, readModel, projections({ historyWindow: 10 }));
  await projector.start();
  streams = new ImageStreamService(store, OPEN_POLICY);
  imports = importService(5_000);
  now = 0;
  retries = [];
  begin();
});

afterEach(async () => {
  await end();
  await projector.stop();
  await readModel.close();
  await store.close();
  await transport.close();
  await registry.close();
  rmSync(directory, { recursive: true });
});

function importService(timeoutMs: number): ImportService {
  const importer = new Importer({ transport, pullSecretsOf: () => [], timeoutMs });
  return new ImportService({ store, images: new ImageService(store), streams, importer });
}

/** Begins the background work, as a start of the process does. */
function begin(maxPerMinute = 0): void {
  const clock = (): number => now;
  scheduler = new ImportScheduler({ imports, streams, intervalMs: INTERVAL, maxPerMinute, clock });
  controller = new ImportController({
    ...{ imports, streams, importMode: 'Legacy' },
    aboutToImport: (key) => scheduler.postpone(key),
    delay: (_milliseconds, run) => {
      retries.push(run);
      return () => undefined;
    },
  });
  follower = new StreamFollower({
    store,
    readModel: new LocalReadModel(readModel, projector),
    changes: new ChangeFeed(store, new Set(['imageStream'])),
    reactors: [controller, scheduler],
  });
}

async function end(): Promise<void> {
  await follower.stop();
  await Promise.all([controller.stop(), scheduler.stop()]);
}

const wish = (name: string, importPolicy: Partial<TagReference['importPolicy']> = {}): Omit<TagReference, 'name'> => ({
  annotations: null,
  from: { kind: 'DockerImage', name: `${registry.host}/${name}` },
  generation: null,
  importPolicy: { insecure: true, importMode: 'Legacy', ...importPolicy },
  referencePolicy: { type: 'Source' },
});

const specify = (stream: string, tag: string, reference: Omit<TagReference, 'name'>) =>
  streams.specifyTag(
    'team',
    {
      type: 'SpecifyTag',
      creation: { namespace: 'team', name: stream, uid: `uid-${stream}` },
      tag,
      reference: { ...reference, name: tag },
      existing: 'replace',
      now: new Date(),
      sources: NO_SOURCES,
    },
    alice,
  );

const tag = async (stream: string, name: string) => tagStateOf((await streams.load('team', stream)).state, name);
const imageOf = async (stream: string, name: string) => (await tag(stream, name)).history.head?.image;

async function events(): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const page of store.readAll({ after: 0 })) all.push(...page);
  return all;
}

const countOf = async (type: string): Promise<number> => (await events()).filter((event) => event.type === type).length;

/** Waits until something is so. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Waits until everything in the log so far was acted upon. */
async function caughtUp(): Promise<void> {
  const marker = `marker-${await store.lastPosition()}`;
  registry.image({ repository: 'marker', tag: marker });
  await specify('marker', marker, wish(`marker:${marker}`));
  await until(async () => (await imageOf('marker', marker)) !== undefined);
  await controller.idle();
}

describe('the import controller', () => {
  it('imports the tags that are wanted when it starts, and those that are wanted later', async () => {
    const first = registry.image({ repository: 'a/b', tag: '1' });
    const second = registry.image({ repository: 'a/b', tag: '2', content: 'two' });
    await specify('app', 'v1', wish('a/b:1'));
    follower.start();
    await until(async () => (await imageOf('app', 'v1')) === first.digest);
    await specify('app', 'v2', wish('a/b:2'));
    await until(async () => (await imageOf('app', 'v2')) === second.digest);
    await caughtUp();
    expect(
      (await events()).filter(({ data }) => 'name' in data && data.name === 'app').map(({ type }) => type),
    ).toEqual(['ImageStreamCreated', 'ImportRequested', 'ImportCompleted', 'ImportRequested', 'ImportCompleted']);
  });

  it('says that it was it, and why', async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    await specify('app', 'v1', wish('a/b:1'));
    follower.start();
    await until(async () => (await countOf('ImportCompleted')) === 1);
    const requested = (await events()).find(({ type }) => type === 'ImportRequested');
    expect(requested?.metadata).toMatchObject({
      actor: { user: 'system:tagline:import-controller' },
      cause: 'spec generation 1',
    });
    expect(requested?.data).toMatchObject({ trigger: 'spec', images: [{ to: 'v1' }] });
  });

  it('imports the whole of a stream that stands for a repository', async () => {
    for (const name of ['1.0', '1.1']) registry.image({ repository: 'a/b', tag: name, content: name });
    const annotations = { 'openshift.io/image.insecureRepository': 'true' };
    await streams.create(
      'team',
      {
        type: 'CreateStream',
        creation: { namespace: 'team', name: 'app', uid: 'u' },
        metadata: { labels: {}, annotations, finalizers: [], ownerReferences: [] },
        spec: { lookupPolicy: { local: false }, dockerImageRepository: `${registry.host}/a/b`, tags: [] },
        now: new Date(),
        sources: NO_SOURCES,
      },
      alice,
    );
    follower.start();
    await until(async () => (await imageOf('app', '1.1')) !== undefined);
    expect(await imageOf('app', '1.0')).toBeDefined();
    await caughtUp();
    expect(
      (await events()).filter(({ type, data }) => type === 'ImportRequested' && 'repository' in data),
    ).toHaveLength(1);
  });

  it('tries a tag that failed once, and again when it is wanted anew', async () => {
    follower.start();
    await specify('app', 'v1', wish('a/b:1'));
    await until(async () => (await tag('app', 'v1')).conditions.length > 0);
    expect((await tag('app', 'v1')).conditions).toMatchObject([{ status: 'False', reason: 'NotFound' }]);
    await caughtUp();
    await specify('app', 'other', { ...wish('a/b:2'), reference: true });
    await caughtUp();
    expect(registry.seen.filter(({ path }) => path === '/v2/a/b/manifests/1')).toHaveLength(1);
    const built = registry.image({ repository: 'a/b', tag: '1' });
    await specify('app', 'v1', { ...wish('a/b:1'), generation: 0 });
    await until(async () => (await imageOf('app', 'v1')) === built.digest);
    expect((await tag('app', 'v1')).conditions).toEqual([]);
  });

  it('does not repeat a failure that the tag already shows', async () => {
    follower.start();
    await specify('app', 'v1', wish('a/b:1'));
    await until(async () => (await tag('app', 'v1')).conditions.length > 0);
    await specify('app', 'v1', { ...wish('a/b:1'), generation: 0 });
    const tries = () => registry.seen.filter(({ path }) => path === '/v2/a/b/manifests/1').length;
    await until(() => tries() === 2);
    await controller.idle();
    const built = registry.image({ repository: 'a/b', tag: '2' });
    await specify('app', 'other', wish('a/b:2'));
    await until(async () => (await imageOf('app', 'other')) === built.digest);
    await caughtUp();
    expect(tries()).toBe(2);
  });

  it('imports nothing twice after a new start', async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    await specify('app', 'v1', wish('a/b:1'));
    follower.start();
    await until(async () => (await imageOf('app', 'v1')) !== undefined);
    await caughtUp();
    await end();
    registry.resetCounters();
    begin();
    follower.start();
    await caughtUp();
    expect(registry.seen.filter(({ path }) => path.includes('/a/b/'))).toEqual([]);
  });

  it('tries again, later, when an import fails as a whole', async () => {
    registry.image({ repository: 'a/b', tag: '1' });
    await specify('app', 'v1', wish('a/b:1'));
    const append = store.append.bind(store);
    store.append = async (stream, appended) => {
      if (stream === 'imageStream-team/app' && retries.length === 0) throw new Error('the disk is full');
      return append(stream, appended);
    };
    follower.start();
    await until(() => retries.length === 1);
    expect(await imageOf('app', 'v1')).toBeUndefined();
    retries[0]?.();
    await until(async () => (await imageOf('app', 'v1')) !== undefined);
  });

  it('leaves a stream alone that is deleted meanwhile', async () => {
    imports = importService(300);
    begin();
    registry.fault(/a\/b\/manifests/, { kind: 'stall' });
    await specify('app', 'v1', wish('a/b:1'));
    follower.start();
    await until(() => registry.count('manifest') === 1);
    await streams.delete('team', { type: 'DeleteStream', now: new Date(), name: 'app' }, alice);
    await until(async () => (await countOf('ImportFailed')) === 1);
    await controller.idle();
    expect((await streams.load('team', 'app')).state.header).toBeUndefined();
    expect(await countOf('TagImportFailed')).toBe(0);
    expect(retries).toEqual([]);
  });

  it('stops in the middle without a trace on the stream, and takes up the work at the next start', async () => {
    const built = registry.image({ repository: 'a/b', tag: '1' });
    registry.fault(/a\/b\/manifests/, { kind: 'stall' }, { times: 1 });
    await specify('app', 'v1', wish('a/b:1'));
    follower.start();
    await until(() => registry.count('manifest') === 1);
    await end();
    expect((await tag('app', 'v1')).conditions).toEqual([]);
    begin();
    follower.start();
    await until(async () => (await imageOf('app', 'v1')) === built.digest);
  });
});

describe('the import scheduler', () => {
  const scheduled = { scheduled: true };

  /** A stream with a scheduled tag that is imported. */
  async function aScheduledStream(name = 'app'): Promise<string> {
    const built = registry.image({ repository: `a/${name}`, tag: '1' });
    await specify(name, 'v1', wish(`a/${name}:1`, scheduled));
    await until(async () => (await imageOf(name, 'v1')) === built.digest);
    await caughtUp();
    return built.digest;
  }

  async function visitAfter(milliseconds: number): Promise<void> {
    now += milliseconds;
    scheduler.tick();
    await scheduler.idle();
  }

  it('imports a tag again once an interval', async () => {
    follower.start();
    await aScheduledStream();
    expect(scheduler.scheduled).toBe(1);
    const next = registry.image({ repository: 'a/app', tag: '1', content: 'next' });
    await visitAfter(INTERVAL - 2_000);
    expect(await imageOf('app', 'v1')).not.toBe(next.digest);
    await visitAfter(2_000);
    expect(await imageOf('app', 'v1')).toBe(next.digest);
    const requested = (await events()).filter(({ type }) => type === 'ImportRequested').at(-1);
    expect(requested).toMatchObject({
      data: { trigger: 'schedule' },
      metadata: { actor: { user: 'system:tagline:import-scheduler' } },
    });
  });

  it('writes nothing when nothing has changed', async () => {
    follower.start();
    await aScheduledStream();
    const before = await store.lastPosition();
    registry.resetCounters();
    await visitAfter(INTERVAL);
    await visitAfter(INTERVAL);
    expect(registry.seen.filter(({ path }) => path === '/v2/a/app/manifests/1')).toHaveLength(2);
    expect(await store.lastPosition()).toBe(before);
  });

  it('keeps the image while imports fail, and says so once', async () => {
    follower.start();
    const digest = await aScheduledStream();
    registry.deleteTag('a/app', '1');
    await visitAfter(INTERVAL);
    await caughtUp();
    const { history, conditions } = await tag('app', 'v1');
    expect(history.head?.image).toBe(digest);
    expect(conditions).toMatchObject([{ reason: 'NotFound' }]);
    const before = await store.lastPosition();
    await visitAfter(INTERVAL);
    expect(await store.lastPosition()).toBe(before);
  });

  it('spreads the streams that it finds at a start over the interval', async () => {
    follower.start();
    for (let i = 0; i < 20; i++) await aScheduledStream(`app-${i}`);
    await end();
    begin();
    follower.start();
    await until(() => scheduler.scheduled === 20);
    registry.resetCounters();
    await visitAfter(INTERVAL / 2);
    const half = registry.count('manifest');
    expect(half).toBeGreaterThan(2);
    expect(half).toBeLessThan(18);
    await visitAfter(INTERVAL / 2);
    expect(registry.count('manifest')).toBe(20);
  });

  it('imports no more in a minute than it may, and lets the others wait their turn', async () => {
    follower.start();
    for (let i = 0; i < 5; i++) await aScheduledStream(`app-${i}`);
    await end();
    begin(2);
    follower.start();
    await until(() => scheduler.scheduled === 5);
    registry.resetCounters();
    await visitAfter(INTERVAL);
    expect(registry.count('manifest')).toBe(1);
    await visitAfter(30_000);
    expect(registry.count('manifest')).toBe(2);
  });

  it('forgets a stream that is deleted or wants no schedule any more', async () => {
    follower.start();
    await aScheduledStream('gone');
    await aScheduledStream('manual');
    expect(scheduler.scheduled).toBe(2);
    await streams.delete('team', { type: 'DeleteStream', now: new Date(), name: 'gone' }, alice);
    await specify('manual', 'v1', wish('a/manual:1'));
    await caughtUp();
    expect(scheduler.scheduled).toBe(1);
    registry.resetCounters();
    await visitAfter(INTERVAL);
    expect(registry.count('manifest')).toBe(0);
    expect(scheduler.scheduled).toBe(0);
  });
});
