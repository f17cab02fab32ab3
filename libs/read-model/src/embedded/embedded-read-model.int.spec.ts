import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, type EventStore } from '#lib/event-store';
import { seal, streamName } from '#lib/events';
import { ExampleLog } from '../example-log.js';
import { projections, Projector } from '../projector.js';
import { readModelContract } from '../read-model.contract.js';
import { EmbeddedReadModel } from './embedded-read-model.js';

const OPTIONS = { historyWindow: 3 };

async function logOf(...names: string[]): Promise<EventStore> {
  const log = new InMemoryEventStore();
  for (const name of names) await createNamespace(log, name);
  return log;
}

async function createNamespace(log: EventStore, name: string): Promise<void> {
  const stream = streamName.namespace(name);
  const data = { name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z', labels: {}, annotations: {} };
  const context = { actor: { user: 'robot', groups: [] } };
  const place = { stream, revision: 0, previousHash: '', time: new Date(), context, schemaVersion: () => 1 };
  await log.append(stream, seal([{ type: 'NamespaceCreated', data }], { ...place, newId: () => crypto.randomUUID() }));
}

readModelContract('EmbeddedReadModel', () => ExampleLog.embedded());

describe('the embedded read model', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tagline-read-model-'));
    path = join(directory, 'read-model.lmdb');
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function project(log: EventStore, readModel: EmbeddedReadModel): Promise<void> {
    const projector = new Projector(log, readModel, projections(OPTIONS));
    await projector.start();
    await projector.stop();
  }

  const names = (readModel: EmbeddedReadModel): unknown[] =>
    [...readModel.tables.namespaces.under([])].map(({ key }) => key[0]);

  it('goes on where it was', async () => {
    const log = await logOf('a');
    const first = await EmbeddedReadModel.openFor(log, path, 'shape');
    await project(log, first);
    await first.close();
    await createNamespace(log, 'b');
    const second = await EmbeddedReadModel.openFor(log, path, 'shape');
    expect(second.checkpoint).toBe(1);
    await project(log, second);
    expect(names(second)).toEqual(['a', 'b']);
    await second.close();
  });

  it.each([
    ['a shorter log, as one that was restored from a copy', ['a']],
    ['another log of the same length', ['c', 'd']],
  ])('is not taken for that of %s', async (_, kept) => {
    const log = await logOf('a', 'b');
    const first = await EmbeddedReadModel.openFor(log, path, 'shape');
    await project(log, first);
    await first.close();
    const other = await logOf(...kept);
    const second = await EmbeddedReadModel.openFor(other, path, 'shape');
    expect(second.checkpoint).toBe(0);
    await project(other, second);
    expect(names(second)).toEqual(kept);
    await second.close();
  });

  it('starts anew in another shape', async () => {
    const log = await logOf('a');
    const first = await EmbeddedReadModel.openFor(log, path, 'old');
    await project(log, first);
    await first.close();
    const second = await EmbeddedReadModel.openFor(log, path, 'new');
    expect([second.checkpoint, names(second)]).toEqual([0, []]);
    await second.close();
  });

  it('starts anew when the machine went down while it was open', async () => {
    const log = await logOf('a');
    const first = await EmbeddedReadModel.openFor(log, path, 'shape');
    await project(log, first);
    await first.close();
    await writeFile(`${path}.guard`, 'an earlier boot of this machine');
    const second = await EmbeddedReadModel.openFor(log, path, 'shape');
    expect(second.checkpoint).toBe(0);
    await second.close();
  });

  it('has the same digest whenever it is built from the same log', async () => {
    const log = await logOf('a', 'b', 'c');
    const first = await EmbeddedReadModel.openFor(log, path, 'shape');
    await project(log, first);
    const digest = first.digest();
    await first.destroy();
    const second = await EmbeddedReadModel.openFor(log, path, 'shape');
    expect(second.digest()).not.toBe(digest);
    await project(log, second);
    expect(second.digest()).toBe(digest);
    await second.close();
  });
});
