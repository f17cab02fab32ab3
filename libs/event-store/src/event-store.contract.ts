import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seal, streamName, verifyChain, type RecordedEvent, type SealedEvent, type StreamName } from '#lib/events';
import { WrongExpectedRevisionError, type EventStore } from './event-store.js';

export interface StoreUnderTest {
  readonly store: EventStore;
  /** Closes the store and opens it again on the same data; absent where nothing is kept. */
  readonly reopen?: () => Promise<EventStore>;
  readonly dispose: () => Promise<void>;
}

const ROBOT = { actor: { user: 'robot', groups: ['system:authenticated'] } };

/** Seals `names` as metadata changes of a namespace, which is as simple as an event gets. */
export function sealed(
  stream: StreamName,
  revision: number,
  names: readonly string[],
  previousHash = '',
): SealedEvent[] {
  return seal(
    names.map((name) => ({ type: 'NamespaceMetadataChanged', data: { name, labels: {}, annotations: {} } })),
    {
      stream,
      revision,
      previousHash,
      time: new Date(Date.UTC(2026, 0, 1)),
      context: ROBOT,
      newId: randomUUID,
      schemaVersion: () => 1,
    },
  );
}

const namesOf = (events: readonly RecordedEvent[]): string[] =>
  events.map(({ data }) => (data as { name: string }).name);

async function collect(events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function collectPages(
  pages: AsyncIterable<readonly RecordedEvent[]>,
  until = Infinity,
): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const page of pages) {
    all.push(...page);
    if (all.length >= until) break;
  }
  return all;
}

/** What every event store must do. Run it against an adapter from that adapter's own spec. */
export function eventStoreContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the event store's contract`, () => {
    const a = streamName.namespace('a');
    const b = streamName.namespace('b');
    let under: StoreUnderTest;
    let store: EventStore;

    beforeEach(async () => {
      under = await create();
      store = under.store;
    });
    afterEach(() => under.dispose());

    it('gives appended events ascending positions and keeps what they say', async () => {
      const before = await store.lastPosition();
      const [one, two] = await store.append(a, sealed(a, 0, ['x', 'y']));
      expect(one?.position).toBeGreaterThan(before);
      expect(two?.position).toBeGreaterThan(one?.position ?? Infinity);
      expect(await store.lastPosition()).toBe(two?.position);
      const read = await collect(store.readStream(a));
      expect(read).toEqual([one, two]);
      expect(verifyChain(read)).toBeUndefined();
    });

    it('answers an unknown stream with nothing', async () => {
      expect(await collect(store.readStream(b))).toEqual([]);
    });

    it('refuses events that do not follow the last of the stream, and appends none of them', async () => {
      await store.append(a, sealed(a, 0, ['x']));
      const refused = expect(store.append(a, sealed(a, 0, ['again', 'more']))).rejects;
      await refused.toThrow(WrongExpectedRevisionError);
      await expect(store.append(a, sealed(a, 5, ['gap']))).rejects.toMatchObject({ expected: 4, actual: 0 });
      await expect(store.append(b, sealed(b, 1, ['gap']))).rejects.toMatchObject({ expected: 0, actual: -1 });
      expect(namesOf(await collectPages(store.readAll({ after: 0 })))).toEqual(['x']);
    });

    it('lets exactly one of two writers with the same expectation win', async () => {
      const outcomes = await Promise.allSettled([
        store.append(a, sealed(a, 0, ['first'])),
        store.append(a, sealed(a, 0, ['second'])),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await collect(store.readStream(a))).toHaveLength(1);
    });

    it('reads a stream forward and backward from a revision', async () => {
      await store.append(a, sealed(a, 0, ['0', '1', '2', '3', '4']));
      await store.append(b, sealed(b, 0, ['other']));
      const names = async (...[options]: Parameters<EventStore['readStream']>[1][]): Promise<string[]> =>
        namesOf(await collect(store.readStream(a, options)));
      expect(await names({ from: 2 })).toEqual(['2', '3', '4']);
      expect(await names({ from: 2, limit: 2 })).toEqual(['2', '3']);
      expect(await names({ direction: 'backward' })).toEqual(['4', '3', '2', '1', '0']);
      expect(await names({ direction: 'backward', from: 2 })).toEqual(['2', '1', '0']);
      expect(await names({ direction: 'backward', limit: 1 })).toEqual(['4']);
      expect(await names({ from: 9 })).toEqual([]);
    });

    it('reads everything after a position, in the order of positions', async () => {
      const [first] = await store.append(a, sealed(a, 0, ['a0']));
      await store.append(b, sealed(b, 0, ['b0', 'b1']));
      await store.append(a, sealed(a, 1, ['a1']));
      expect(namesOf(await collectPages(store.readAll({ after: 0 })))).toEqual(['a0', 'b0', 'b1', 'a1']);
      const after = { after: first?.position ?? 0 };
      expect(namesOf(await collectPages(store.readAll(after)))).toEqual(['b0', 'b1', 'a1']);
      expect(namesOf(await collectPages(store.readAll({ ...after, limit: 2 })))).toEqual(['b0', 'b1']);
    });

    it('keeps concurrent appends to many streams apart and without a gap', async () => {
      const streams = Array.from({ length: 64 }, (_, index) => streamName.namespace(`n${index}`));
      await Promise.all(
        streams.map(async (stream) => {
          for (let revision = 0; revision < 5; revision++)
            await store.append(stream, sealed(stream, revision, [`${revision}`]));
        }),
      );
      const all = await collectPages(store.readAll({ after: 0 }));
      expect(all).toHaveLength(320);
      const positions = all.map(({ position }) => position);
      expect(positions).toEqual([...positions].sort((x, y) => x - y));
      expect(new Set(positions).size).toBe(320);
      for (const stream of streams) {
        expect(namesOf(await collect(store.readStream(stream)))).toEqual(['0', '1', '2', '3', '4']);
      }
    });

    it('subscribes from any position without a gap or a repetition between catching up and live', async () => {
      const writer = (async (): Promise<void> => {
        for (let revision = 0; revision < 200; revision++) await store.append(a, sealed(a, revision, [`${revision}`]));
      })();
      const seen = await collectPages(store.subscribe(0, AbortSignal.timeout(10_000)), 200);
      await writer;
      expect(namesOf(seen)).toEqual(Array.from({ length: 200 }, (_, index) => `${index}`));
      const middle = seen[99]?.position ?? 0;
      const rest = await collectPages(store.subscribe(middle, AbortSignal.timeout(10_000)), 100);
      expect(namesOf(rest)[0]).toBe('100');
      expect(rest).toHaveLength(100);
    });

    it('ends a subscription when it is aborted', async () => {
      const abort = new AbortController();
      const ended = collectPages(store.subscribe(0, abort.signal));
      abort.abort();
      expect(await ended).toEqual([]);
    });

    it('ends subscriptions and refuses appends when it is closed', async () => {
      const ended = collectPages(store.subscribe(0, new AbortController().signal));
      await store.close();
      expect(await ended).toEqual([]);
      await expect(store.append(a, sealed(a, 0, ['late']))).rejects.toThrow('closed');
    });

    it('has every answered append after it was closed and opened again', async () => {
      if (under.reopen === undefined) return;
      const appended = await store.append(a, sealed(a, 0, ['x', 'y']));
      store = await under.reopen();
      expect(await collect(store.readStream(a))).toEqual(appended);
      const [next] = await store.append(a, sealed(a, 2, ['z'], appended[1]?.metadata.hash));
      expect(next?.position).toBeGreaterThan(appended[1]?.position ?? Infinity);
      expect(verifyChain(await collect(store.readStream(a)))).toBeUndefined();
    });
  });
}
