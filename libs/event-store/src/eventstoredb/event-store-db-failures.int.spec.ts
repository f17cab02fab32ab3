import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamName, verifyChain, type RecordedEvent, type SealedEvent } from '#lib/events';
import { EventStoreDbDouble, selfSignedCertificate, type EventStoreDbDoubleOptions } from '#lib/testing';
import { sealed } from '../event-store.contract.js';
import type { EventStore } from '../event-store.js';
import { EventStoreDbEventStore, type EventStoreDbOptions } from './event-store-db-event-store.js';

const a = streamName.namespace('a');
const b = streamName.namespace('b');

const nameOf = ({ data }: RecordedEvent): string => (data as { name: string }).name;

const namesOf = ({ value }: IteratorResult<readonly RecordedEvent[], unknown>): string[] =>
  (value as readonly RecordedEvent[]).map(nameOf);

/** Something to wait for. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** What the database was handed for an event. */
const asProposed = ({ type, data, metadata }: SealedEvent) => ({
  id: metadata.id,
  type,
  contentType: 'application/json',
  data: Buffer.from(JSON.stringify(data)),
  metadata: Buffer.from(JSON.stringify(metadata)),
});

describe('the event store in EventStoreDB', () => {
  const closing: (() => Promise<void>)[] = [];
  let double: EventStoreDbDouble;

  beforeEach(async () => {
    double = await start();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(options: EventStoreDbDoubleOptions = {}): Promise<EventStoreDbDouble> {
    const started = await EventStoreDbDouble.start(options);
    closing.push(() => started.stop());
    return started;
  }

  function open(options: EventStoreDbOptions = {}, connectionString = double.connectionString): EventStore {
    const store = EventStoreDbEventStore.open(connectionString, options);
    closing.push(() => store.close());
    return store;
  }

  async function namesIn(store: EventStore, stream = a): Promise<string[]> {
    const events: RecordedEvent[] = [];
    for await (const event of store.readStream(stream)) events.push(event);
    expect(verifyChain(events)).toBeUndefined();
    return events.map(nameOf);
  }

  /** Events of one stream, each linked to the one before it. */
  async function appendAll(store: EventStore, names: readonly string[], stream = a): Promise<RecordedEvent[]> {
    const appended: RecordedEvent[] = [];
    for (const name of names) {
      const last = appended.at(-1);
      const next = sealed(stream, (last?.revision ?? -1) + 1, [name], last?.metadata.hash);
      appended.push(...(await store.append(stream, next)));
    }
    return appended;
  }

  describe('when the answer to an append is lost', () => {
    it.each([
      ['the connection broke after it was done', { kind: 'answer-lost' }],
      ['the server says that it took too long, having done it', { kind: 'timeout' }],
      ['the server was not ready', { kind: 'unavailable' }],
    ] as const)('appends once, where %s', async (_, fault) => {
      const store = open();
      double.fail('append', fault, 2);
      const appended = await store.append(a, sealed(a, 0, ['x', 'y']));
      expect(appended.map(nameOf)).toEqual(['x', 'y']);
      expect(await namesIn(store)).toEqual(['x', 'y']);
      const [first, second] = appended;
      expect(await store.lastPosition()).toBe(second?.position);
      expect(second?.position).toBeGreaterThan(first?.position ?? Infinity);
    });

    it.each(['before', 'after'] as const)(
      'appends once, where the first attempt arrives %s the second',
      async (when) => {
        const arrives = gate();
        const store = open({
          onDisturbance: () => {
            if (when === 'before') arrives.open();
          },
        });
        double.fail('append', { kind: 'held', until: arrives.opened });
        const appended = await store.append(a, sealed(a, 0, ['x']));
        arrives.open();
        await arrives.opened;
        await store.append(b, sealed(b, 0, ['later']));
        expect(await namesIn(store)).toEqual(['x']);
        expect(await store.append(a, sealed(a, 1, ['y'], appended[0]?.metadata.hash))).toHaveLength(1);
      },
    );

    it('says so where somebody else took the place meanwhile', async () => {
      const others = sealed(a, 0, ['theirs', 'theirs too']);
      const store = open({ onDisturbance: () => double.log.append(a, 'no-stream', others.map(asProposed)) });
      double.fail('append', { kind: 'held', until: new Promise(() => undefined) });
      await expect(store.append(a, sealed(a, 0, ['mine']))).rejects.toMatchObject({
        name: 'WrongExpectedRevisionError',
        expected: -1,
        actual: 1,
      });
      expect(await namesIn(store)).toEqual(['theirs', 'theirs too']);
    });

    it('says that it does not know, where it cannot find out', async () => {
      const store = open({ patienceMs: 300 });
      double.fail('append', { kind: 'answer-lost' }, Infinity);
      double.fail('read', { kind: 'unavailable' }, Infinity);
      await expect(store.append(a, sealed(a, 0, ['x']))).rejects.toMatchObject({ code: 'outcome-unknown' });
    });

    it('does not wait for ever for an answer that nobody gives', async () => {
      const store = open({ callMs: 200, onDisturbance: () => double.resumeConnections() });
      await store.lastPosition();
      double.stallConnections();
      await store.append(a, sealed(a, 0, ['x']));
      expect(await namesIn(store)).toEqual(['x']);
    });
  });

  describe('when the database cannot be reached', () => {
    it('waits for it to come back', async () => {
      const back = gate();
      const store = open({ onDisturbance: back.open });
      await double.goDown();
      const appending = store.append(a, sealed(a, 0, ['x']));
      await back.opened;
      await double.comeUp();
      expect(await appending).toHaveLength(1);
    });

    it('says so after a while, and that nothing was done', async () => {
      const store = open({ patienceMs: 200 });
      await double.goDown();
      const unavailable = { name: 'EventStoreError', code: 'unavailable' };
      await expect(store.append(a, sealed(a, 0, ['x']))).rejects.toMatchObject(unavailable);
      await expect(store.lastPosition()).rejects.toMatchObject(unavailable);
      await expect(namesIn(store)).rejects.toMatchObject(unavailable);
    });

    it('goes to the node that leads', async () => {
      const leader = await start();
      const { port } = leader;
      double.fail('append', { kind: 'not-leader', host: '127.0.0.1', port }, Infinity);
      double.fail('read', { kind: 'not-leader', host: '127.0.0.1', port }, Infinity);
      const store = open();
      await store.append(a, sealed(a, 0, ['x']));
      expect(await namesIn(store)).toEqual(['x']);
      expect(leader.log.stream(a)?.records).toHaveLength(1);
      expect(double.log.stream(a)).toBeUndefined();
    });

    it('says so, too, where no node of a cluster can be asked which of them leads', async () => {
      const store = open(
        { patienceMs: 200 },
        `esdb+discover://127.0.0.1:${double.port}?tls=false&maxDiscoverAttempts=1`,
      );
      await double.goDown();
      const unavailable = { name: 'EventStoreError', code: 'unavailable' };
      await expect(store.append(a, sealed(a, 0, ['x']))).rejects.toMatchObject(unavailable);
      await expect(store.lastPosition()).rejects.toMatchObject(unavailable);
      const abort = new AbortController();
      const next = store.subscribe(0, abort.signal)[Symbol.asyncIterator]().next();
      abort.abort();
      expect(await next).toMatchObject({ done: true });
    });

    it('finds the node that leads by asking one for the members of the cluster', async () => {
      const store = open({}, `esdb+discover://127.0.0.1:${double.port}?tls=false`);
      await store.append(a, sealed(a, 0, ['x']));
      expect(double.log.stream(a)?.records).toHaveLength(1);
    });
  });

  describe('a subscription', () => {
    const subscriptions = (): number => double.seen.filter((call) => call === 'subscribe').length;

    it.each([
      ['the server drops it', (): void => double.dropSubscriptions()],
      ['the connection breaks', (): void => double.tearConnections()],
    ])('misses nothing and repeats nothing when %s', async (_, disturb) => {
      const [reader, writer] = [open(), open()];
      const names = Array.from({ length: 40 }, (_, index) => `${index}`);
      const seen: string[] = [];
      let disturbed = 0;
      const reading = (async (): Promise<void> => {
        for await (const page of reader.subscribe(0, new AbortController().signal)) {
          seen.push(...page.map(nameOf));
          if (seen.length >= names.length) return;
          if (seen.length > 10 * (disturbed + 1)) {
            disturbed++;
            disturb();
          }
        }
      })();
      await appendAll(writer, names);
      await reading;
      expect(seen).toEqual(names);
      expect(disturbed).toBeGreaterThan(0);
    });

    it('goes on when the database was away', async () => {
      const lost = gate();
      const store = open({ onDisturbance: lost.open });
      const [first] = await appendAll(store, ['x']);
      const pages = store.subscribe(0, new AbortController().signal)[Symbol.asyncIterator]();
      expect(namesOf(await pages.next())).toEqual(['x']);
      const next = pages.next();
      await double.goDown();
      await lost.opened;
      await double.comeUp();
      await store.append(a, sealed(a, 1, ['y'], first?.metadata.hash));
      expect(namesOf(await next)).toEqual(['y']);
      await pages.return?.(undefined);
    });

    it('starts while the database is away', async () => {
      const lost = gate();
      const store = open({ patienceMs: 0, onDisturbance: lost.open });
      await double.goDown();
      const next = store.subscribe(0, new AbortController().signal)[Symbol.asyncIterator]().next();
      await lost.opened;
      await double.comeUp();
      await appendAll(open(), ['x']);
      expect(namesOf(await next)).toEqual(['x']);
    });

    it('shares one reading of the log with the others of the process that have caught up', async () => {
      const store = open();
      const [first] = await appendAll(store, ['x']);
      await store.subscribe(0, new AbortController().signal)[Symbol.asyncIterator]().next();
      const before = subscriptions();
      const iterators = Array.from({ length: 5 }, () =>
        store.subscribe(first?.position ?? 0, new AbortController().signal)[Symbol.asyncIterator](),
      );
      const waiting = iterators.map((each) => each.next());
      await store.append(a, sealed(a, 1, ['y'], first?.metadata.hash));
      for (const each of waiting) expect(namesOf(await each)).toEqual(['y']);
      expect(subscriptions()).toBe(before);
    });

    it('ends with an error that will not pass', async () => {
      double.fail('subscribe', { kind: 'access-denied' }, Infinity);
      const pages = open().subscribe(0, new AbortController().signal)[Symbol.asyncIterator]();
      await expect(pages.next()).rejects.toMatchObject({ code: 'refused' });
    });
  });

  describe('the end of the log', () => {
    it('is the last of our events, however much the database and others write after it', async () => {
      const store = open();
      expect(await store.lastPosition()).toBe(0);
      const [event] = await appendAll(store, ['x']);
      for (let written = 0; written < 1_500; written++) double.log.appendOwn(`other-${written}`, 'SomethingElse');
      double.log.appendOwn(`$$${a}`, '$metadata');
      expect(await open().lastPosition()).toBe(event?.position);
      expect(await store.lastPosition()).toBe(event?.position);
      for await (const page of store.subscribe(0, new AbortController().signal)) {
        if (page.at(-1)?.position === event?.position) return;
      }
    });

    it('is never before an append that another process was answered', async () => {
      const [reader, writer] = [open(), open()];
      let hash = '';
      for (let revision = 0; revision < 50; revision++) {
        const [event] = await writer.append(a, sealed(a, revision, ['x'], hash));
        hash = event?.metadata.hash ?? '';
        const asked = await Promise.all([reader.lastPosition(), reader.lastPosition()]);
        expect(asked).toEqual([event?.position, event?.position]);
      }
    });

    it('is looked for once by all who ask at the same time', async () => {
      const store = open();
      await store.lastPosition();
      const before = double.seen.length;
      await Promise.all(Array.from({ length: 100 }, () => store.lastPosition()));
      expect(double.seen.length - before).toBeLessThanOrEqual(2);
    });
  });

  describe('positions', () => {
    it('can be read from, also where no event is', async () => {
      const store = open();
      const [x, y, z] = await appendAll(store, ['x', 'y', 'z']);
      const elsewhere = open();
      for (const [after, expected] of [
        [(x?.position ?? 0) - 1, ['x', 'y', 'z']],
        [(x?.position ?? 0) + 1, ['y', 'z']],
        [(y?.position ?? 0) + 7, ['z']],
        [z?.position ?? 0, []],
        [(z?.position ?? 0) + 1_000_000, []],
      ] as const) {
        for (const reader of [store, elsewhere]) {
          const read: string[] = [];
          for await (const page of reader.readAll({ after })) read.push(...page.map(nameOf));
          expect([after, read]).toEqual([after, expected]);
          if (expected.length === 0) continue;
          const pages = reader.subscribe(after, new AbortController().signal)[Symbol.asyncIterator]();
          expect(namesOf(await pages.next())[0]).toBe(expected[0]);
          await pages.return?.(undefined);
        }
      }
    });

    it('beyond the end give what comes after them', async () => {
      const store = open();
      const [x] = await appendAll(store, ['x']);
      const pages = store.subscribe((x?.position ?? 0) + 1, new AbortController().signal)[Symbol.asyncIterator]();
      const next = pages.next();
      await store.append(a, sealed(a, 1, ['y'], x?.metadata.hash));
      expect(namesOf(await next)).toEqual(['y']);
    });

    it('must be told by the server for the events of a stream, too', async () => {
      const old = await start({ positionsInStreams: false });
      const store = open({}, old.connectionString);
      await store.append(a, sealed(a, 0, ['x']));
      await expect(namesIn(store)).rejects.toMatchObject({ code: 'unsupported' });
    });
  });

  it('reads more than fits into one page, in whatever way', async () => {
    const store = open();
    const names = Array.from({ length: 1_300 }, (_, index) => `${index}`);
    for (let from = 0; from < names.length; from += 100) {
      const some = sealed(a, from, names.slice(from, from + 100));
      double.log.append(a, from === 0 ? 'no-stream' : from - 1, some.map(asProposed));
    }
    const forward: string[] = [];
    for await (const event of store.readStream(a)) forward.push(nameOf(event));
    expect(forward).toEqual(names);
    const backward: string[] = [];
    for await (const event of store.readStream(a, { direction: 'backward' })) backward.push(nameOf(event));
    expect(backward).toEqual(names.toReversed());
    const all: string[] = [];
    for await (const page of store.readAll({ after: 0 })) all.push(...page.map(nameOf));
    expect(all).toEqual(names);
    const limited: string[] = [];
    for await (const page of store.readAll({ after: 0, limit: 700 })) limited.push(...page.map(nameOf));
    expect(limited).toEqual(names.slice(0, 700));
    const followed: string[] = [];
    for await (const page of store.subscribe(0, new AbortController().signal)) {
      followed.push(...page.map(nameOf));
      if (followed.length >= names.length) break;
    }
    expect(followed).toEqual(names);
  });

  describe('streams under a prefix', () => {
    it('are all that is seen by whoever uses the prefix, and by nobody else', async () => {
      const [plain, blue] = [open(), open({ streamPrefix: 'blue.' })];
      await plain.append(a, sealed(a, 0, ['plain']));
      const [event] = await blue.append(a, sealed(a, 0, ['blue']));
      expect([await namesIn(plain), await namesIn(blue)]).toEqual([['plain'], ['blue']]);
      expect(event?.stream).toBe(a);
      expect(double.log.stream(`blue.${a}`)?.records).toHaveLength(1);
      expect(await blue.lastPosition()).toBe(event?.position);
      for (const [store, expected] of [
        [plain, ['plain']],
        [blue, ['blue']],
      ] as const) {
        const read: string[] = [];
        for await (const page of store.readAll({ after: 0 })) read.push(...page.map(nameOf));
        expect(read).toEqual(expected);
      }
    });
  });

  describe('what it refuses', () => {
    it('an append that is too large for the database', async () => {
      const small = await start({ maxAppendBytes: 2_000 });
      const store = open({}, small.connectionString);
      const large = sealed(a, 0, ['x'.repeat(3_000)]);
      await expect(store.append(a, large)).rejects.toMatchObject({ code: 'too-large' });
      expect(await namesIn(store)).toEqual([]);
    });

    it('events in a stream of ours that Tagline did not write', async () => {
      const store = open();
      const data = Buffer.from('{"not":"ours"}');
      const stranger = {
        id: randomUUID(),
        type: 'X',
        contentType: 'application/json',
        data,
        metadata: Buffer.from('{}'),
      };
      double.log.append(a, 'any', [stranger]);
      await expect(namesIn(store)).rejects.toMatchObject({ code: 'foreign-event' });
      const pages = store.subscribe(0, new AbortController().signal)[Symbol.asyncIterator]();
      await expect(pages.next()).rejects.toMatchObject({ code: 'foreign-event' });
    });

    it('to go on where the stream was deleted for ever', async () => {
      const store = open();
      await store.append(a, sealed(a, 0, ['x']));
      double.log.delete(a, 'any', 'for-ever');
      await expect(store.append(a, sealed(a, 1, ['y']))).rejects.toMatchObject({ code: 'refused' });
    });
  });

  describe('over TLS', () => {
    it('trusts the certificate authority of the connection string, and says who it is', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'tagline-esdb-tls-'));
      closing.push(() => rm(directory, { recursive: true }));
      const tls = await selfSignedCertificate();
      const ca = join(directory, 'ca.pem');
      await writeFile(ca, tls.cert);
      const secure = await start({ tls, user: { name: 'tagline', password: 'p@ss:word' } });
      const withCa = `${secure.connectionString}&tlsCAFile=${encodeURIComponent(ca)}`;
      const store = open({}, withCa);
      await store.append(a, sealed(a, 0, ['x', 'y']));
      expect(await namesIn(store)).toEqual(['x', 'y']);

      const wrong = open({}, withCa.replace('p%40ss%3Aword', 'other-secret'));
      const refused: unknown = await wrong.lastPosition().catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'refused' });
      expect(`${JSON.stringify(refused)}${String(refused)}`).not.toContain('other-secret');

      const untrusting = open({ patienceMs: 200 }, secure.connectionString);
      await expect(untrusting.lastPosition()).rejects.toMatchObject({ code: 'unavailable' });
    });
  });
});
