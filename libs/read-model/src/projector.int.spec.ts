import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedEventStore } from '#lib/event-store';
import { streamName } from '#lib/events';
import { EmbeddedReadModel } from './embedded/embedded-read-model.js';
import { created, ExampleLog, item, oneByOne, pushed } from './example-log.js';
import type { ProjectedTables } from './projected-tables.js';
import { projections, Projector } from './projector.js';

const st = streamName.imageStream('ns', 'st');
const other = streamName.imageStream('ns', 'other');

/** Something of everything that leaves a trace. */
async function fill(log: ExampleLog): Promise<void> {
  await log.append(st, [created(), ...[...'abcde'].map((letter) => pushed(letter))]);
  await log.append(other, [created('other'), pushed('a', 'v2')]);
  await log.append(st, [{ type: 'TagHistoryPruned', data: { tag: 'v1', removed: [item('d')] } }, pushed('f')]);
  await log.append(other, [{ type: 'ImageStreamDeleted', data: { namespace: 'ns', name: 'other', uid: 'u-other' } }]);
  const namespace = { name: 'ns', uid: 'u', creationTimestamp: '', labels: {}, annotations: {} };
  await log.append(streamName.namespace('ns'), [{ type: 'NamespaceCreated', data: namespace }]);
}

describe('a projector', () => {
  let log: ExampleLog;
  beforeEach(() => {
    log = ExampleLog.embedded();
  });
  afterEach(() => log.dispose());

  it('shows everything that was in the log when it started, and then what comes', async () => {
    await fill(log);
    const { projector, model } = await log.project();
    expect(projector.projected).toBe(await log.store.lastPosition());
    expect(projector.eventsTaken).toBe(12);
    const position = await log.append(st, [pushed('g')]);
    await model.waitFor(position);
    expect((await model.history('ns', 'st', 'v1'))[0]).toEqual(item('g'));
    expect(model.position).toBe(position);
  });

  it('never shows half a command, however the events arrive', async () => {
    const shown: number[] = [];
    const { projector, model } = await log.project(
      'halves.lmdb',
      oneByOne(log.store, () => shown.push(projector.projected)),
    );
    await log.append(st, [created(), pushed('a'), pushed('b')]);
    await projector.waitFor(await log.append(st, [pushed('c'), pushed('d')]));
    await log.append(other, [created('other')]);
    await projector.waitFor(6);
    expect(shown.slice(0, 5)).toEqual([0, 0, 3, 3, 5]);
    expect(await model.history('ns', 'st', 'v1')).toHaveLength(4);
  });

  it('builds the same bytes again from the same events, whatever came together', async () => {
    await fill(log);
    const [first, again, slowly] = [
      await log.project('first.lmdb'),
      await log.project('again.lmdb'),
      await log.project('slowly.lmdb', oneByOne(log.store)),
    ];
    expect(again.stored.digest()).toBe(first.stored.digest());
    expect(slowly.stored.digest()).toBe(first.stored.digest());
    const before = first.stored.digest();
    await first.projector.waitFor(await log.append(st, [pushed('g')]));
    expect(first.stored.digest()).not.toBe(before);
  });

  it('builds the same bytes again after its files are deleted', async () => {
    await fill(log);
    const first = await log.project();
    const before = first.stored.digest();
    await first.projector.stop();
    await first.stored.destroy();
    expect(existsSync(log.pathOf('read-models.lmdb'))).toBe(false);
    expect((await log.project()).stored.digest()).toBe(before);
  });

  it('goes on where it was after a restart', async () => {
    await fill(log);
    const first = await log.project();
    const before = first.stored.digest();
    await first.close();
    let replayed = 0;
    const second = await log.project(
      'read-models.lmdb',
      oneByOne(log.store, () => replayed++),
    );
    expect(second.stored.digest()).toBe(before);
    await second.projector.waitFor(await log.append(st, [pushed('g'), pushed('h')]));
    await log.append(st, [pushed('i')]);
    expect(replayed).toBeLessThanOrEqual(3);
  });

  it('projects from a log on disk', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tagline-events-'));
    const onDisk = ExampleLog.embedded(EmbeddedEventStore.open(join(directory, 'events.lmdb')));
    await fill(onDisk);
    await fill(log);
    const [model, inMemory] = [await onDisk.project(), await log.project()];
    expect(await model.model.history('ns', 'st', 'v1')).toEqual(await inMemory.model.history('ns', 'st', 'v1'));
    await onDisk.dispose();
    await onDisk.store.close();
    rmSync(directory, { recursive: true });
  });

  it('leaves the read models as they were and tells those who wait when it cannot go on', async () => {
    const stored = EmbeddedReadModel.open(log.pathOf('broken.lmdb'), 'x');
    const broken = new Projector(log.store, stored, [
      {
        apply: (_event, tables): never => {
          tables.streams.put(['ns', 'st'], Buffer.from('half of it'));
          throw new Error('cannot fold');
        },
        reads: () => [],
      },
    ]);
    const failures: unknown[] = [];
    await broken.start((error) => failures.push(error));
    const waiting = expect(broken.waitFor(1)).rejects.toThrow('cannot fold');
    await log.append(st, [created()]);
    await waiting;
    await expect(broken.waitFor(1)).rejects.toThrow('cannot fold');
    expect(failures).toHaveLength(1);
    expect([stored.checkpoint, [...stored.tables.streams.under([])]]).toEqual([0, []]);
    await stored.close();
  });

  it('writes together what came meanwhile, to tables that are far away', async () => {
    const stored = EmbeddedReadModel.open(log.pathOf('far.lmdb'), 'x');
    const batches: number[] = [];
    const far: ProjectedTables = {
      checkpoint: 0,
      project: async (events, folds) => {
        batches.push(events.length);
        stored.project(events, folds);
      },
    };
    const projector = new Projector(log.store, far, projections({ historyWindow: 10 }), { paceMs: 500 });
    await projector.start();
    await projector.waitFor(await log.append(st, [created()]));
    let last = 0;
    for (let turn = 0; turn < 20; turn++) last = await log.append(st, [pushed(`${turn}`)]);
    await projector.waitFor(last);
    expect(batches).toEqual([1, 20]);
    await projector.stop();
    await stored.close();
  });

  it('tells those who wait when it is stopped', async () => {
    const { projector, close } = await log.project();
    const waiting = expect(projector.waitFor(1)).rejects.toThrow('stopped');
    await close();
    await waiting;
    await expect(projector.waitFor(1)).rejects.toThrow('stopped');
  });
});
