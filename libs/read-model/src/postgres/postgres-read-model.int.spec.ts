import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventStore } from '#lib/event-store';
import { streamName, type ImageStreamEvent, type Position } from '#lib/events';
import { Postgres } from '#lib/postgres';
import { PostgresServer } from '#lib/testing';
import {
  created,
  embeddedEngine,
  ExampleLog,
  item,
  oneByOne,
  pushed,
  type ExampleEngine,
  type ExampleReadModel,
} from '../example-log.js';
import { projections, readModelShape } from '../projector.js';
import { TABLES } from '../tables.js';
import { readModelContract } from '../read-model.contract.js';
import { PostgresProjector } from './postgres-projector.js';
import { PostgresReadModel } from './postgres-read-model.js';
import { digestOfActive, rebuild } from './rebuild.js';

const OPTIONS = { historyWindow: 3 };
const shape = readModelShape(OPTIONS);
const folds = projections(OPTIONS);
const st = streamName.imageStream('ns', 'st');

describe.skipIf(PostgresServer.missing !== undefined)('Where PostgreSQL is installed,', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.startOwn();
  });
  afterAll(() => server.stop());

  const open = (schema: string): Postgres =>
    new Postgres({ connectionString: server.connectionString, schema, poolSize: 3 });

  interface PostgresExample extends ExampleReadModel {
    readonly model: PostgresReadModel;
    readonly projector: PostgresProjector;
  }

  /** A gateway and a projector, as in processes of their own. */
  async function example(
    store: EventStore,
    schema: string,
    tests: { onDuty?: () => void; stallMs?: number } = {},
  ): Promise<PostgresExample> {
    const [forProjector, forModel] = [open(schema), open(schema)];
    const { onDuty, stallMs = 10_000 } = tests;
    const projector = new PostgresProjector({
      ...{ store, shape, folds, stallMs, postgres: forProjector },
      ...(onDuty && { onDuty: (isActive) => isActive && onDuty() }),
    });
    const model = new PostgresReadModel({ postgres: forModel, shape });
    await model.start();
    projector.start();
    await model.catchUp(await store.lastPosition());
    return {
      ...{ model, projector },
      rows: async (table) => {
        const active = await server.run(`select id from ${schema}.generations where state = 'active'`);
        const name = `${table.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_${String(active[0]?.['id'])}`;
        const [row] = await server.run(`select count(*)::int as rows from ${schema}.${name}`);
        return row?.['rows'] as number;
      },
      digest: async () => (await digestOfActive({ postgres: forModel, shape })) ?? '',
      close: async () => {
        await projector.stop();
        await model.stop();
        await Promise.all([forProjector.close(), forModel.close()]);
      },
    };
  }

  const engine: ExampleEngine<PostgresExample> = (store) => example(store, server.newSchema());

  readModelContract('PostgresReadModel', () => ExampleLog.on(engine));

  /** What may happen to streams, of which few enough are alike that everything meets everything. */
  const anyCommands = (() => {
    const [letter, tag, name] = [fc.constantFrom(...'abcdef'), fc.constantFrom('v1', 'v2'), fc.constantFrom('s', 't')];
    const items = fc.array(letter, { maxLength: 5 }).map((some) => some.map((one) => item(one)));
    const condition = { type: 'ImportSuccess', status: 'False', lastTransitionTime: null, generation: 1 };
    const event: fc.Arbitrary<ImageStreamEvent> = fc.oneof<fc.MaybeWeightedArbitrary<ImageStreamEvent>[]>(
      { weight: 8, arbitrary: fc.tuple(letter, tag).map(([image, to]) => pushed(image, to)) },
      fc.tuple(letter, tag).map(([image, to]) => ({
        ...{ type: 'TagPushed', data: { tag: to, item: item(image), move: 'headReplaced' } },
      })) as fc.Arbitrary<ImageStreamEvent>,
      fc.tuple(items, tag).map(([removed, of]) => ({ type: 'TagHistoryPruned', data: { tag: of, removed } })),
      fc.tuple(items, tag).map(([all, of]) => ({
        type: 'TagStatusReplaced',
        data: { tag: of, items: all, conditions: [condition] },
      })),
      tag.map((of) => ({ type: 'TagDeleted', data: { tag: of, streamGeneration: 1 } })),
    );
    const command = fc.oneof<fc.MaybeWeightedArbitrary<(of: string) => ImageStreamEvent[]>[]>(
      { weight: 6, arbitrary: fc.array(event, { minLength: 1, maxLength: 8 }).map((events) => () => events) },
      fc.constant((of: string) => [
        { type: 'ImageStreamDeleted' as const, data: { namespace: 'ns', name: of, uid: `u-${of}` } },
        created(of),
      ]),
    );
    return fc.array(fc.tuple(name, command), { minLength: 1, maxLength: 20 });
  })();

  describe('read models in PostgreSQL', () => {
    it('hold the bytes that the embedded ones hold, whatever happened and whatever came together', async () => {
      await fc.assert(
        fc.asyncProperty(anyCommands, async (commands) => {
          const log = ExampleLog.on(embeddedEngine);
          for (const name of ['s', 't']) await log.append(streamName.imageStream('ns', name), [created(name)]);
          for (const [name, events] of commands) await log.append(streamName.imageStream('ns', name), events(name));
          const expected = (await log.project()).stored.digest();
          const [together, slowly] = await Promise.all([
            example(log.store, server.newSchema()),
            example(oneByOne(log.store), server.newSchema()),
          ]);
          expect(await together.digest()).toBe(expected);
          expect(await slowly.digest()).toBe(expected);
          await Promise.all([together.close(), slowly.close(), log.dispose()]);
        }),
        { numRuns: 12 },
      );
    }, 60_000);

    describe('with several projectors', () => {
      let log: ExampleLog<PostgresExample>;
      let schema: string;
      beforeEach(() => {
        log = ExampleLog.on(engine);
        schema = server.newSchema();
      });

      it('are written by one, and by another as soon as its connection is gone', async () => {
        await log.append(st, [created(), pushed('a')]);
        const first = await example(log.store, schema);
        const onDuty = new Promise<void>((resolve) => {
          void example(log.store, schema, { onDuty: resolve }).then((built) => second.push(built));
        });
        const second: PostgresExample[] = [];
        expect(first.projector.isActive).toBe(true);
        await first.projector.stop();
        await onDuty;
        await first.model.waitFor(await log.append(st, [pushed('b')]));
        expect((await first.model.history('ns', 'st', 'v1')).map(({ image }) => image[7])).toEqual(['b', 'a']);
        await Promise.all([first, ...second].map((built) => built.close()));
      });

      it('are written by another when the one that writes hangs', async () => {
        // It is told of nothing any more, and keeps its connection.
        const hanging = Object.assign(Object.create(log.store) as EventStore, {
          async *subscribe(_after: Position, signal: AbortSignal) {
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          },
        });
        const first = await example(hanging, schema);
        await expect.poll(() => first.projector.isActive).toBe(true);
        const second = await example(log.store, schema, { stallMs: 300 });
        await second.model.waitFor(await log.append(st, [created(), pushed('a')]));
        expect([first, second].map(({ projector }) => projector.isActive)).toEqual([false, true]);
        await Promise.all([first.close(), second.close()]);
      });

      it('are left to the one that writes while there is nothing to write', async () => {
        await log.append(st, [created(), pushed('a')]);
        const first = await example(log.store, schema);
        let looks = 0;
        const watched = Object.assign(Object.create(log.store) as EventStore, {
          lastPosition: () => log.store.lastPosition().finally(() => looks++),
        });
        const second = await example(watched, schema, { stallMs: 1 });
        await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(4);
        expect([first, second].map(({ projector }) => projector.isActive)).toEqual([true, false]);
        await Promise.all([first.close(), second.close()]);
      });

      it('are not written by one that was taken for dead', async () => {
        await log.append(st, [created(), pushed('a')]);
        const built = await example(log.store, schema);
        // Another took over meanwhile: nothing that the first has in hand may still be written.
        await server.run(`update ${schema}.generations set epoch = epoch + 1, checkpoint = checkpoint`);
        const before = await built.digest();
        const held = await server.run(
          `select pid from pg_locks where locktype = 'advisory' and classid = 7461677 and granted`,
        );
        expect(held.length).toBeGreaterThan(0);
        await built.model.waitFor(await log.append(st, [pushed('b')]));
        // It noticed, took its turn again by the rules, and only then wrote.
        expect(await built.digest()).not.toBe(before);
        const [row] = await server.run(`select epoch::int from ${schema}.generations`);
        expect(row).toEqual({ epoch: 3 });
        await built.close();
      });
    });

    it('are not said to show what a database that took the place of another lacks', async () => {
      const log = ExampleLog.on(embeddedEngine);
      const schema = server.newSchema();
      const built = await example(log.store, schema);
      await built.model.waitFor(await log.append(st, [created(), pushed('a')]));
      await built.projector.stop();
      const last = await log.store.lastPosition();
      await built.model.waitFor(last);
      // A standby that was not told of the last event, and that nobody projects into yet.
      await server.run(`update ${schema}.generations set checkpoint = checkpoint - 1`);
      await server.run(`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen "${schema}%'`);
      await expect.poll(() => built.model.position).toBe(last - 1);
      const waiting = built.model.waitFor(last);
      await server.run(`update ${schema}.generations set checkpoint = checkpoint + 1`);
      await waiting;
      await built.close();
      await log.dispose();
    });

    it('go on when the database is killed in the middle', async () => {
      const log = ExampleLog.on(embeddedEngine);
      await log.append(st, [created()]);
      const built = await example(log.store, server.newSchema());
      for (let round = 0; round < 3; round++) {
        const writing = Promise.all([...'abcdefgh'].map((letter) => log.append(st, [pushed(letter)])));
        await server.kill();
        await expect(built.model.stream('ns', 'st')).rejects.toMatchObject({
          name: 'PostgresError',
          code: 'unavailable',
        });
        await writing;
        await expect(built.model.waitFor(await log.store.lastPosition())).rejects.toMatchObject({
          code: 'unavailable',
        });
        await server.startAgain();
      }
      const last = await log.store.lastPosition();
      for (;;) {
        const isDone = await built.model.catchUp(last).then(
          () => true,
          () => false,
        );
        if (isDone) break;
      }
      expect(await built.digest()).toBe((await log.project()).stored.digest());
      await built.close();
      await log.dispose();
    }, 60_000);

    it('are rebuilt beside those that are read, and swapped under their readers', async () => {
      const log = ExampleLog.on(embeddedEngine);
      const schema = server.newSchema();
      await log.append(st, [created(), pushed('a')]);
      const built = await example(log.store, schema);
      let isOver = false;
      let last = 0;
      const write = async (): Promise<void> => {
        for (let n = 0; !isOver; n++) {
          last = await log.append(st, [pushed('abcdef'[n % 6] ?? 'a')]);
          await built.model.waitFor(last);
        }
      };
      const read = async (): Promise<void> => {
        for (let seen = 0; !isOver;) {
          const version = (await built.model.stream('ns', 'st'))?.version ?? 0;
          expect(version).toBeGreaterThanOrEqual(seen);
          seen = version;
        }
      };
      const busy = Promise.all([write(), read(), read()]);
      const postgres = open(schema);
      for (let round = 0; round < 3; round++) {
        const { events } = await rebuild({ store: log.store, postgres, shape, folds });
        expect(events).toBeGreaterThan(0);
      }
      isOver = true;
      await busy;
      await built.model.waitFor(last);
      expect(await built.digest()).toBe((await log.project()).stored.digest());
      const generations = await server.run(`select state from ${schema}.generations`);
      expect(generations).toEqual([{ state: 'active' }]);
      const [tables] = await server.run(
        `select count(*)::int as tables from pg_tables where schemaname = $1 and tablename ~ '_\\d+$'`,
        [schema],
      );
      expect(tables).toEqual({ tables: TABLES.length });
      await postgres.close();
      await built.close();
      await log.dispose();
    }, 60_000);

    it('are written on after a rebuild by a projector that had nothing to write meanwhile', async () => {
      const log = ExampleLog.on(embeddedEngine);
      const schema = server.newSchema();
      await log.append(st, [created(), pushed('a')]);
      const built = await example(log.store, schema);
      const postgres = open(schema);
      await rebuild({ store: log.store, postgres, shape, folds });
      await built.model.waitFor(await log.append(st, [pushed('b')]));
      expect(await built.digest()).toBe((await log.project()).stored.digest());
      await postgres.close();
      await built.close();
      await log.dispose();
    });

    it('say with which digest they were rebuilt, which is that of the embedded ones', async () => {
      const log = ExampleLog.on(embeddedEngine);
      await log.append(st, [created(), ...[...'abcdef'].map((letter) => pushed(letter))]);
      const postgres = open(server.newSchema());
      const { digest, events } = await rebuild({ store: log.store, postgres, shape, folds });
      expect([digest, events]).toEqual([(await log.project()).stored.digest(), 7]);
      expect(await digestOfActive({ postgres, shape })).toBe(digest);
      await postgres.close();
      await log.dispose();
    });

    it('are built anew from a log that was restored from a copy', async () => {
      const schema = server.newSchema();
      const [before, after] = [ExampleLog.on(embeddedEngine), ExampleLog.on(embeddedEngine)];
      await before.append(st, [created(), pushed('a'), pushed('b')]);
      const first = await example(before.store, schema);
      await first.close();
      await after.append(st, [created(), pushed('c')]);
      const second = await example(after.store, schema);
      await second.model.catchUp(1);
      for (;;) {
        const images = (await second.model.history('ns', 'st', 'v1')).map(({ image }) => image[7]);
        if (images.join() === 'c') break;
      }
      expect(await second.digest()).toBe((await after.project()).stored.digest());
      await second.close();
      await Promise.all([before.dispose(), after.dispose()]);
    });

    it('of two shapes live side by side, so that servers of two versions can', async () => {
      const log = ExampleLog.on(embeddedEngine);
      const schema = server.newSchema();
      await log.append(st, [created(), ...[...'abcde'].map((letter) => pushed(letter))]);
      const first = await example(log.store, schema);
      const wider = { historyWindow: 5 };
      const postgres = open(schema);
      const options = { store: log.store, postgres, shape: readModelShape(wider), folds: projections(wider) };
      const projector = new PostgresProjector(options);
      const model = new PostgresReadModel({ postgres, shape: readModelShape(wider) });
      await model.start();
      projector.start();
      await model.catchUp(await log.store.lastPosition());
      expect((await model.tag('ns', 'st', 'v1'))?.document.items).toHaveLength(5);
      expect((await first.model.tag('ns', 'st', 'v1'))?.document.items).toHaveLength(3);
      await projector.stop();
      await model.stop();
      await postgres.close();
      await first.close();
      await log.dispose();
    });

    it('tell whoever waits when no projector is there', async () => {
      const postgres = open(server.newSchema());
      const model = new PostgresReadModel({ postgres, shape, patienceMs: 1 });
      await model.start();
      await expect(model.waitFor(1)).rejects.toThrow('and not 1 yet');
      expect(await model.image('x')).toBeUndefined();
      await model.stop();
      await postgres.close();
    });
  });
});
