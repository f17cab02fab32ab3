import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '#lib/config';
import { openEventStore } from '#lib/composition';
import type { EventStore } from '#lib/event-store';
import { completesCommand, type RecordedEvent } from '#lib/events';
import { InProcessRegistry, PostgresServer } from '#lib/testing';
import { GROUP, type ApiClient } from '../system/harness/api-client.js';
import { runCommandLineWith } from '../system/harness/command-line.js';
import { eventually } from '../system/harness/eventually.js';
import { digestOf, imageStream, mapping } from '../system/harness/image-objects.js';
import { Installation, SERVICES, type Lines } from './harness/installation.js';
import { KafkaBroker } from './harness/kafka-broker.js';
import { Load, MAPPINGS, NAMESPACE, SECRETS, STREAMS, TAGS } from './harness/load.js';
import { everything } from './harness/log.js';
import type { ServiceProcess } from './harness/service-process.js';
import { Watcher } from './harness/watcher.js';
import { expectPublished } from './harness/whole-log.js';

const TOPIC_PREFIX = `t-${randomUUID()}`;
/** Longer than any call is waited for. */
const PAUSE_MS = 30_000;

let broker: KafkaBroker;
let postgres: PostgresServer;
let registry: InProcessRegistry;
let installation: Installation;
let store: EventStore;
let load: Load;
let watchers: readonly Watcher[];

beforeAll(async () => {
  [broker, postgres, registry] = await Promise.all([
    KafkaBroker.start(),
    PostgresServer.startOwn(),
    InProcessRegistry.start(),
  ]);
  const kafka = { brokers: broker.brokers, topicPrefix: TOPIC_PREFIX };
  installation = await Installation.start({ gateways: 2, postgres, kafka, hasLines: true });
  store = openEventStore(loadConfiguration(installation.settings));
  load = new Load(installation, registry);
  const version = await load.prepare();
  watchers = installation.gateways.map((gateway) => new Watcher(gateway, STREAMS, version));
  await load.start();
});
afterAll(async () => {
  await load?.stop();
  await Promise.all((watchers ?? []).map((watcher) => watcher.stop()));
  await store?.close();
  await installation?.dispose();
  await registry?.close();
  await postgres?.stop();
  await broker?.dispose();
});

const lines = (): Lines => {
  if (installation.lines === undefined) throw new Error('there are no lines');
  return installation.lines;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('two gateways', () => {
  it('each show at once what was written through the other, to many at a time', async () => {
    const apis = installation.gateways.map((gateway) => gateway.api({ connections: 8 })) as [ApiClient, ApiClient];
    const inTurn = async (pair: number): Promise<void> => {
      for (let n = 0; n < 16; n++) {
        const [write, read] = (n + pair) % 2 === 0 ? apis : ([...apis].reverse() as [ApiClient, ApiClient]);
        const [tag, image] = [`pair-${pair}`, digestOf(`pair ${pair} ${n}`)];
        const pushed = await write.post(MAPPINGS, mapping(NAMESPACE, 'app-0', tag, image));
        expect(pushed.code, pushed.text).toBe(201);
        const shown = await read.get(`${TAGS}/app-0:${tag}`);
        expect(shown.body['image'], shown.text).toMatchObject({ metadata: { name: image } });
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, pair) => inTurn(pair)));
    for (const api of apis) api.close();
  });

  it('each tell their watchers of what was written through the other, as it came', async () => {
    const [one, other] = installation.gateways.map((gateway) => gateway.api({ connections: 4 })) as [
      ApiClient,
      ApiClient,
    ];
    const created = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : other).post(STREAMS, imageStream(`watched-${n}`))),
    );
    const versions = created.map(({ body }) => Number(body.metadata?.resourceVersion));
    for (const { seen } of watchers) {
      const told = await eventually('every stream to be seen', async () => {
        const mine = seen.filter(({ name }) => name.startsWith('watched-'));
        return mine.length >= versions.length ? mine : undefined;
      });
      expect(told.map(({ version }) => version)).toEqual([...versions].sort((a, b) => a - b));
    }
    one.close();
    other.close();
  });
});

describe('clients go on, whatever is killed:', () => {
  it.each(SERVICES)('the %s', async (name) => {
    const service = installation.service(name);
    await service.kill();
    await service.startAgain();
    await load.goesOn();
  });

  it.each([0, 1])('gateway %i', async (index) => {
    const gateway = installation.gateways[index]?.process;
    await gateway?.kill();
    await gateway?.startAgain();
    await load.goesOn();
  });

  it.each(['projector', 'relay'] as const)('the %s', async (name) => {
    const service = installation.service(name);
    await service.kill();
    await service.startAgain();
    await load.goesOn();
  });

  it('the database of the read models', async () => {
    await postgres.killPostmaster();
    await pause(1_000);
    await postgres.startAgain();
    await load.goesOn();
  });

  it('the database of the log', async () => {
    await installation.database.kill();
    await pause(1_000);
    await installation.database.startAgain();
    await load.goesOn();
  });

  it('the line from the gateways to the stream service', async () => {
    for (let cut = 0; cut < 3; cut++) {
      lines().toStreams.cut();
      await pause(200);
      lines().toStreams.mend();
      await load.goesOn();
    }
  });

  it('the line from the stream service to the log', async () => {
    lines().toLog.cut();
    await pause(1_000);
    lines().toLog.mend();
    await load.goesOn();
    lines().toLog.silence();
    await pause(5_000);
    lines().toLog.mend();
    await load.goesOn();
  });
});

describe('clients go on after half a minute without', () => {
  it('the stream service, while the broker and the relay are killed', async () => {
    const [service, relay] = [installation.service('stream-service'), installation.service('relay')];
    const over = pause(PAUSE_MS);
    service.pause();
    if (broker.isLocal) {
      await broker.kill();
      await broker.restart();
    }
    await relay.kill();
    await relay.startAgain();
    await over;
    service.goOn();
    await load.goesOn();
  });
});

describe('clients go on after', () => {
  it('the process that projects stood still, in whose place another projects meanwhile', async () => {
    const projector = await projecting();
    projector.pause();
    const end = await store.lastPosition();
    await eventually('another to project', async () => ((await projected()) > end ? true : undefined), 60_000);
    projector.goOn();
    await load.goesOn();
  });
});

/** Up to where the read models show the log, whoever writes them. */
async function projected(): Promise<number> {
  const schema = installation.settings['TAGLINE_READ_MODEL_SCHEMA'];
  const [active] = await postgres.run(`select checkpoint from ${schema}.generations where state = 'active'`);
  return Number(active?.['checkpoint']);
}

/** The one of all processes that writes the read models. */
async function projecting(): Promise<ServiceProcess> {
  const isProjecting = ({ log }: ServiceProcess): boolean =>
    log
      .filter((line) => line.includes('"isActive":'))
      .at(-1)
      ?.includes('"isActive":true') ?? false;
  return eventually('one process to project', async () => installation.processes.find(isProjecting));
}

describe('when all is over', () => {
  let log: readonly RecordedEvent[];

  beforeAll(async () => {
    await load.stop();
    log = await everything(store);
  });

  it('nobody was told anything but to come back', () => {
    expect(load.client.offences).toEqual([]);
    expect(load.contradictions).toEqual([]);
    expect(load.client.troubles).toBeGreaterThan(0);
  });

  it('every push that was answered is in the log, in the order of the answers', () => {
    const logged = imagesByTag(log);
    for (const [tag, images] of answeredByTag(load)) {
      const answered = new Set(images);
      const found = [...new Set(logged.get(tag))].filter((image) => answered.has(image));
      expect({ tag, images: found }).toEqual({ tag, images });
    }
  });

  it.each([0, 1])('gateway %i shows everything that was answered', async (index) => {
    const api = installation.gateways[index]?.api() as ApiClient;
    const shown = new Map<string, string | undefined>();
    for (const { metadata, status } of (await api.get(STREAMS)).body.items ?? []) {
      const { tags = [] } = status as { readonly tags?: readonly { tag: string; items: { image: string }[] }[] };
      for (const { tag, items } of tags) shown.set(`${metadata?.name}:${tag}`, items[0]?.image);
    }
    const logged = imagesByTag(log);
    for (const tag of answeredByTag(load).keys()) expect([tag, shown.get(tag)]).toEqual([tag, logged.get(tag)?.at(-1)]);
    for (const { tag, image } of load.imports) expect([tag, shown.get(`imported:${tag}`)]).toEqual([tag, image]);

    const secrets = (await api.get(SECRETS)).body.items?.map(({ metadata }) => metadata?.name);
    expect(secrets).toEqual(expect.arrayContaining(load.secrets));
    for (const name of load.signatures) {
      const { body } = await api.get(`${GROUP}/images/${name.split('@')[0]}`);
      expect(body['signatures']).toMatchObject([{ metadata: { name } }]);
    }
    api.close();
  });

  it('watches that were broken off saw every change once', async () => {
    const changes = log
      .filter(({ stream, metadata }) => stream.startsWith(`imageStream-${NAMESPACE}/`) && completesCommand(metadata))
      .map(({ position }) => position);
    for (const { seen, offences, reconnects } of watchers) {
      const last = changes.at(-1) ?? 0;
      await eventually('the last change to be seen', async () => (seen.at(-1)?.version ?? 0) >= last || undefined);
      expect(seen.map(({ version }) => version)).toEqual(changes);
      expect(offences).toEqual([]);
      expect(reconnects).toBeGreaterThan(0);
    }
  });

  it('the topics hold the log, each event once and in order', async () => {
    await expectPublished(store, { brokers: broker.brokers, topicPrefix: TOPIC_PREFIX });
  });

  it('the read models are what a replay makes of the log, whose chains are whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-replayed-'));
    const digest = async (settings: Readonly<Record<string, string>>, ...args: string[]): Promise<string> => {
      const { stdout, stderr } = await runCommandLineWith(settings, 'rebuild', folder, ...args);
      return /^digest ([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? stderr;
    };
    const shown = await digest(installation.settings, '--digest');
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest(installation.database.settings)).toBe(shown);
    expect(await digest(installation.settings)).toBe(shown);
    const verified = await runCommandLineWith(installation.settings, 'verify', folder);
    expect(verified.stdout).toMatch(/^\d+ events in \d+ streams, 0 broken\n$/);
    await rm(folder, { recursive: true, force: true });
  });
});

/** What each tag showed, one image after the other. */
function imagesByTag(log: readonly RecordedEvent[]): ReadonlyMap<string, readonly string[]> {
  const images = new Map<string, string[]>();
  for (const { type, stream, data } of log) {
    if (type !== 'TagPushed') continue;
    const { tag, item } = data as { readonly tag: string; readonly item: { readonly image: string } };
    append(images, `${stream.slice(`imageStream-${NAMESPACE}/`.length)}:${tag}`, item.image);
  }
  return images;
}

function answeredByTag({ pushes }: Load): ReadonlyMap<string, readonly string[]> {
  const images = new Map<string, string[]>();
  for (const { stream, tag, image } of pushes) append(images, `${stream}:${tag}`, image);
  return images;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else there.push(value);
}
