import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStoreDbEventStore } from '#lib/event-store';
import { GROUP, type ApiClient } from '../system/harness/api-client.js';
import { eventually } from '../system/harness/eventually.js';
import { imageStream, imageStreamImport } from '../system/harness/image-objects.js';
import { HeldRegistry } from './harness/held-registry.js';
import { Installation } from './harness/installation.js';
import { KafkaBroker } from './harness/kafka-broker.js';
import { everything } from './harness/log.js';
import { startRelay } from './harness/relay-process.js';
import type { ServiceProcess } from './harness/service-process.js';

const STREAMS = `${GROUP}/namespaces/team/imagestreams`;
const TAGS = ['v1', 'v2', 'v3', 'v4'];
/** Those of `image-streams`, and the one of events that are replayed. */
const PARTITIONS = 12 + 1;

let broker: KafkaBroker;
let registry: HeldRegistry;
let installation: Installation;
let relay: ServiceProcess;
let api: ApiClient;

beforeAll(async () => {
  [broker, registry] = await Promise.all([KafkaBroker.start(), HeldRegistry.start()]);
  const env = {
    TAGLINE_KAFKA_BROKERS: broker.brokers.join(','),
    TAGLINE_KAFKA_TOPIC_PREFIX: `t-${randomUUID()}`,
    TAGLINE_KAFKA_SESSION_TIMEOUT: '2s',
  };
  installation = await Installation.start({ env, instances: { 'import-service': 2 } });
  relay = await startRelay({ ...installation.database.settings, ...env });
  api = installation.gateway.api({ connections: 8 });
  await api.post('/api/v1/namespaces', { metadata: { name: 'team' } });
});
afterAll(async () => {
  api.close();
  await relay.kill();
  await installation.dispose();
  await registry.close();
  await broker.dispose();
});

const worker = (instance: number) => installation.service('import-service', instance);

/** The series of a metric of one import service, by their labels. */
async function metric(instance: number, name: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${worker(instance).ready['probes']}/metrics`)).text();
  const series = [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, 'gm'))];
  return new Map(series.map(([, labels = '', value = '']) => [labels, Number(value)]));
}

const total = (series: ReadonlyMap<string, number>): number =>
  [...series.values()].reduce((sum, each) => sum + each, 0);

const partitions = async (instance: number): Promise<number> =>
  total(await metric(instance, 'tagline_reactor_partitions'));

const lag = async (instance: number): Promise<number> => total(await metric(instance, 'tagline_reactor_lag_events'));

/** Streams of four tags each, all of which have to be imported. */
async function askFor(names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      for (const tag of TAGS) registry.content.image({ repository: `team/${name}`, tag, content: `${name}:${tag}` });
      const tags = TAGS.map((tag) => ({
        name: tag,
        from: { kind: 'DockerImage', name: `${registry.host}/team/${name}:${tag}` },
        importPolicy: { insecure: true },
      }));
      const { code, text } = await api.post(STREAMS, imageStream(name, { tags }));
      expect([code, code === 201 ? '' : text]).toEqual([201, '']);
    }),
  );
}

/** Resolves when every tag has its image, and sees to it that it came to it once. */
async function allImported(names: readonly string[]): Promise<void> {
  const open = new Set(names);
  await eventually('every tag to be imported', async () => {
    for (const name of open) {
      const { body } = await api.get(`${STREAMS}/${name}`);
      const { tags = [] } = body['status'] as { tags?: readonly { tag: string; items: readonly unknown[] | null }[] };
      const imported = tags.filter(({ items }) => (items ?? []).length > 0);
      if (imported.length < TAGS.length) return undefined;
      expect(imported.map(({ items }) => items?.length)).toEqual(TAGS.map(() => 1));
      open.delete(name);
    }
    return true;
  });
}

async function importsOf(names: readonly string[]): Promise<readonly string[]> {
  const store = EventStoreDbEventStore.open(installation.database.connectionString);
  const done = (await everything(store)).flatMap(({ type, data }) =>
    type === 'ImportCompleted' ? [(data as { name: string }).name] : [],
  );
  await store.close();
  return done.filter((name) => names.includes(name)).sort();
}

const bothWork = () =>
  eventually('both to have some of the work', async () => {
    const shares = [await partitions(0), await partitions(1)];
    return shares.every((share) => share > 0) && shares[0]! + shares[1]! === PARTITIONS ? true : undefined;
  });

/** The group may still be about to settle when all that was begun is done. */
const hasAll = (instance: number) =>
  eventually('one to have all of the work', async () => (await partitions(instance)) === PARTITIONS || undefined);

const bothAreBusy = () =>
  eventually('both to import', async () => ((await lag(0)) > 0 && (await lag(1)) > 0) || undefined);

const named = (prefix: string): readonly string[] => Array.from({ length: 24 }, (_, n) => `${prefix}-${n}`);

describe('two import services that know Kafka', () => {
  it('share what streams ask for, and do everything once', async () => {
    await bothWork();
    const names = named('shared');
    await askFor(names);
    await allImported(names);
    const done = await Promise.all(
      [0, 1].map(async (instance) => total(await metric(instance, 'tagline_imports_total'))),
    );
    expect(Math.min(...done)).toBeGreaterThan(0);
    expect(done[0]! + done[1]!).toBe(names.length);
    expect(await importsOf(names)).toEqual([...names].sort());
    await eventually('nothing to do', async () => ((await lag(0)) === 0 && (await lag(1)) === 0) || undefined);
  });

  it('leave nothing undone when one is killed in the middle', async () => {
    const names = named('killed');
    registry.hold();
    await askFor(names);
    await bothAreBusy();
    await worker(0).kill();
    registry.release();
    await allImported(names);
    await hasAll(1);
    await eventually('nothing to do', async () => (await lag(1)) === 0 || undefined);
  });

  it('hand over when one is asked to stop, and import on request all the while', async () => {
    await worker(0).startAgain();
    await bothWork();
    const names = named('stopped');
    registry.hold();
    await askFor(names);
    await bothAreBusy();
    const stopped = worker(1).stop();
    registry.release();
    registry.content.image({ repository: 'team/asked', tag: '1', content: 'asked' });
    const request = imageStreamImport('asked', { images: [{ from: `${registry.host}/team/asked:1`, to: '1' }] });
    const { code, text } = await api.post(`${GROUP}/namespaces/team/imagestreamimports`, request);
    expect([code, text]).toEqual([201, expect.stringContaining('"Success"')]);
    expect(await stopped).toBe(0);
    await allImported(names);
    await hasAll(0);
  });
});
