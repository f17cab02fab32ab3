import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KafkaConfiguration } from '#lib/config';
import { KafkaSink, kafkaClient, Relay } from '#lib/event-feed';
import { EventStoreDbEventStore } from '#lib/event-store';
import type { TagReference } from '#lib/events';
import { ImageService } from '#lib/image';
import { Importer, ImportService, ImportWorker } from '#lib/import';
import { EmbeddedReadModel, LocalReadModel, projections, Projector } from '#lib/read-model';
import { RegistryTransport } from '#lib/registry';
import { ImageStreamService, NO_SOURCES, OPEN_POLICY, tagStateOf } from '#lib/stream';
import { EventStoreDbDouble, InProcessRegistry } from '#lib/testing';
import { eventually } from '../system/harness/eventually.js';
import { KafkaBroker } from './harness/kafka-broker.js';

const STREAMS = 40;
const alice = { actor: { user: 'alice', groups: [] } };

let broker: KafkaBroker;
let database: EventStoreDbDouble;
let registry: InProcessRegistry;
let directory: string;
let settings: KafkaConfiguration;
let streams: ImageStreamService;
let store: EventStoreDbEventStore;
const open: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  broker = await KafkaBroker.start();
});
afterAll(() => broker.dispose());

beforeEach(async () => {
  database = await EventStoreDbDouble.start();
  registry = await InProcessRegistry.start();
  directory = mkdtempSync(join(tmpdir(), 'tagline-'));
  settings = { ...new KafkaConfiguration(), brokers: broker.brokers, topicPrefix: `t-${randomUUID()}` };
  store = EventStoreDbEventStore.open(database.connectionString);
  streams = new ImageStreamService(store, OPEN_POLICY);
  const relay = new Relay({ store, sink: new KafkaSink(kafkaClient(settings), settings) });
  relay.start();
  open.push(() => relay.stop());
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await store.close();
  await database.stop();
  await registry.close();
  rmSync(directory, { recursive: true });
});

/** A line to the brokers that can be cut, as when a machine is lost: nobody is told. */
class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  client(brokers: readonly string[]): Kafka {
    return new Kafka({
      ...{ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 10, retries: 3 } },
      socketFactory: ({ host, port, onConnect }) => {
        const socket = connect({ host, port }, onConnect);
        this.sockets.add(socket);
        if (this.isCut) socket.destroy(new Error('cut off'));
        return socket;
      },
    });
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy(new Error('cut off'));
  }
}

/** A worker with nothing of its own but connections, as a process of its own has. */
async function startWorker(name: string, { line }: { readonly line?: Line } = {}): Promise<ImportWorker> {
  const ownStore = EventStoreDbEventStore.open(database.connectionString);
  const stored = EmbeddedReadModel.open(join(directory, `${name}.lmdb`), 'test');
  const projector = new Projector(ownStore, stored, projections({ historyWindow: 10 }));
  await projector.start();
  const transport = new RegistryTransport({ retry: { attempts: 1 } });
  const ownStreams = new ImageStreamService(ownStore, OPEN_POLICY);
  const importer = new Importer({ transport, pullSecretsOf: () => [], timeoutMs: 10_000 });
  const images = new ImageService(ownStore);
  const worker = new ImportWorker({
    ...{ store: ownStore, streams: ownStreams, importMode: 'Legacy' },
    readModel: new LocalReadModel(stored, projector),
    imports: new ImportService({ store: ownStore, images, streams: ownStreams, importer }),
    ...{ scheduledImportInterval: 600_000, maxScheduledImportsPerMinute: 0 },
    group: {
      ...{ kafka: line?.client(settings.brokers) ?? kafkaClient(settings), settings },
      ...{ sessionTimeoutMs: 2_000, firstRetryMs: 50, concurrency: 2 },
    },
  });
  await worker.start();
  open.push(async () => {
    await worker.stop();
    await transport.close();
    await projector.stop();
    await stored.close();
    await ownStore.close();
  });
  return worker;
}

async function specify(name: string, importPolicy: Partial<TagReference['importPolicy']> = {}): Promise<void> {
  const reference: TagReference = {
    ...{ name: 'v1', annotations: null, generation: null, referencePolicy: { type: 'Source' } },
    from: { kind: 'DockerImage', name: `${registry.host}/team/${name}:1` },
    importPolicy: { insecure: true, importMode: 'Legacy', ...importPolicy },
  };
  await streams.specifyTag(
    'team',
    {
      ...{ type: 'SpecifyTag', tag: 'v1', reference, existing: 'replace', now: new Date(), sources: NO_SOURCES },
      creation: { namespace: 'team', name, uid: `uid-${name}` },
    },
    alice,
  );
}

/** How often each stream was imported. */
async function imports(): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const page of store.readAll({ after: 0 })) {
    for (const { type, data } of page) {
      if (type !== 'ImportCompleted') continue;
      const { name } = data as { name: string };
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

async function allImported(count: number): Promise<void> {
  await eventually(
    'every stream to be imported',
    async () => {
      const { size } = await imports();
      return size === count || undefined;
    },
    60_000,
  );
}

const names = Array.from({ length: STREAMS }, (_, index) => `app-${index}`);

describe('several import workers', () => {
  it('share the streams, and take over those of one that is cut off in the middle', async () => {
    for (const name of names) registry.image({ repository: `team/${name}`, tag: '1', content: name });
    for (const name of names) await specify(name);
    const line = new Line();
    await Promise.all([startWorker('one', { line }), startWorker('two')]);
    await eventually('some imports', async () => (await imports()).size > 5 || undefined);
    line.cut();
    await allImported(STREAMS);
    const counts = [...(await imports()).values()];
    expect(counts.filter((count) => count > 1).length).toBeLessThan(STREAMS / 4);
    for (const name of names) {
      const { state } = await new ImageStreamService(store, OPEN_POLICY).load('team', name);
      expect(tagStateOf(state, 'v1').history.length, name).toBe(1);
    }
  });

  it('have each schedule in one place, and in another when that one goes', async () => {
    for (const name of names.slice(0, 12)) {
      registry.image({ repository: `team/${name}`, tag: '1', content: name });
      await specify(name, { scheduled: true });
    }
    const first = await startWorker('one');
    const second = await startWorker('two');
    await allImported(12);
    const both = (): number => first.scheduler.scheduled + second.scheduler.scheduled;
    await eventually('each schedule to have its place', async () => both() === 12 || undefined);
    expect(first.scheduler.scheduled).toBeGreaterThan(0);
    expect(second.scheduler.scheduled).toBeGreaterThan(0);
    await first.stop();
    await eventually('the other to take over', async () => second.scheduler.scheduled === 12 || undefined);
  });
});
