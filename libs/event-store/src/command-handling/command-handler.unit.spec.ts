import { describe, expect, it } from 'vitest';
import { streamName, verifyChain, type NamespaceMetadataChanged, type RecordedEvent } from '#lib/events';
import { EventStoreError, type EventStore } from '../event-store.js';
import { sealed } from '../event-store.contract.js';
import { InMemoryEventStore } from '../in-memory/in-memory-event-store.js';
import { StaleVersionError } from './command-errors.js';
import { CommandHandler } from './command-handler.js';
import type { Decider } from './decider.js';

/** Counts: a command adds, and 0 changes nothing. */
const counter: Decider<number, { readonly add: number }, NamespaceMetadataChanged> = {
  initialState: 0,
  decide: ({ add }) => {
    if (add < 0) throw new RangeError('cannot count down');
    const event: NamespaceMetadataChanged = {
      type: 'NamespaceMetadataChanged',
      data: { name: 'n', labels: {}, annotations: {} },
    };
    return Array.from({ length: add }, () => event);
  },
  evolve: (state) => state + 1,
};

const stream = streamName.namespace('n');
const context = { actor: { user: 'alice', groups: [] }, requestId: 'r-1' };

function setUp(): { store: EventStore; handler: CommandHandler<number, { add: number }, NamespaceMetadataChanged> } {
  const store = new InMemoryEventStore();
  return { store, handler: new CommandHandler(store, counter, { cachedAggregates: 10 }) };
}

async function read(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of store.readStream(stream)) events.push(event);
  return events;
}

describe('a command handler', () => {
  it('reads what another process appended', async () => {
    const { store, handler } = setUp();
    const other = new CommandHandler(store, counter, { cachedAggregates: 10 });
    await handler.handle(stream, { add: 2 }, context);
    await other.handle(stream, { add: 3 }, context);
    expect(await handler.load(stream)).toEqual(await other.load(stream));
    expect((await handler.load(stream)).state).toBe(5);
  });

  it('appends what was decided, with the metadata of the request, in one hash chain', async () => {
    const { store, handler } = setUp();
    const handled = await handler.handle(stream, { add: 2 }, context);
    await handler.handle(stream, { add: 1 }, context);
    expect(handled).toMatchObject({ state: 2, revision: 1, version: 2 });
    const events = await read(store);
    expect(events.map(({ metadata }) => metadata.part)).toEqual([
      { index: 0, count: 2 },
      { index: 1, count: 2 },
      { index: 0, count: 1 },
    ]);
    expect(events[0]?.metadata).toMatchObject(context);
    expect(verifyChain(events)).toBeUndefined();
  });

  it('notices every kind of tampering with the chain', async () => {
    const { store, handler } = setUp();
    await handler.handle(stream, { add: 3 }, context);
    const [first, second, third] = (await read(store)) as [RecordedEvent, RecordedEvent, RecordedEvent];
    const actor = { user: 'mallory', groups: [] };
    const altered = { ...second, metadata: { ...second.metadata, actor } };
    expect(verifyChain([first, altered, third])).toMatchObject({ revision: 1, why: 'content does not match its hash' });
    expect(verifyChain([first, third])).toMatchObject({ why: 'revision is missing' });
    expect(verifyChain([first, { ...third, revision: 1 }])).toMatchObject({
      why: 'does not follow the event before it',
    });
  });

  it('appends nothing for a command that changes nothing', async () => {
    const { store, handler } = setUp();
    await handler.handle(stream, { add: 1 }, context);
    const handled = await handler.handle(stream, { add: 0 }, context);
    expect(handled).toMatchObject({ events: [], state: 1, version: 1 });
    expect(await store.lastPosition()).toBe(1);
  });

  it('passes a refusal on to its caller only', async () => {
    const { handler } = setUp();
    const [good, bad, alsoGood] = await Promise.allSettled([
      handler.handle(stream, { add: 1 }, context),
      handler.handle(stream, { add: -1 }, context),
      handler.handle(stream, { add: 1 }, context),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: new RangeError('cannot count down') });
    expect([good, alsoGood].map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  });

  it('runs concurrent commands for one aggregate without a conflict, each on what came before it', async () => {
    const { handler } = setUp();
    const handled = await Promise.all(Array.from({ length: 64 }, () => handler.handle(stream, { add: 1 }, context)));
    expect(handled.map(({ state }) => state)).toEqual(Array.from({ length: 64 }, (_, index) => index + 1));
    expect(handled.map(({ version }) => version)).toEqual(handled.map(({ state }) => state));
  });

  it('decides again when another process appended first', async () => {
    const { store, handler } = setUp();
    await handler.handle(stream, { add: 1 }, context);
    await store.append(stream, sealed(stream, 1, ['from elsewhere']));
    expect(await handler.handle(stream, { add: 1 }, context)).toMatchObject({ state: 3, revision: 2 });
  });

  it('refuses a command whose caller knows an older version', async () => {
    const { handler } = setUp();
    const { version } = await handler.handle(stream, { add: 1 }, context);
    await handler.handle(stream, { add: 1 }, context, { version });
    await expect(handler.handle(stream, { add: 1 }, context, { version })).rejects.toThrow(StaleVersionError);
  });

  it('refuses the second of two concurrent commands that name the same version', async () => {
    const { handler } = setUp();
    const { version } = await handler.handle(stream, { add: 1 }, context);
    const outcomes = await Promise.allSettled([
      handler.handle(stream, { add: 1 }, context, { version }),
      handler.handle(stream, { add: 1 }, context, { version }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('appends commands one after the other when the store takes no append as large as all of them', async () => {
    const store = new InMemoryEventStore();
    const sizes: number[] = [];
    const append = store.append.bind(store);
    store.append = async (name, events) => {
      sizes.push(events.length);
      if (events.length > 3) throw new EventStoreError('too-large', 'at most three events');
      return append(name, events);
    };
    const handler = new CommandHandler(store, counter, { cachedAggregates: 10 });
    await handler.handle(stream, { add: 1 }, context);
    const adds = [1, 2, 1, 3, 1];
    const handled = await Promise.all(adds.map((add) => handler.handle(stream, { add }, context)));
    expect(handled.map(({ state }) => state)).toEqual([2, 4, 5, 8, 9]);
    expect(verifyChain(await read(store))).toBeUndefined();
    expect(sizes[0]).toBe(1);
    await expect(handler.handle(stream, { add: 4 }, context)).rejects.toMatchObject({ code: 'too-large' });
    expect((await handler.handle(stream, { add: 1 }, context)).state).toBe(10);
  });

  describe('beside another process that writes the same aggregates', () => {
    const twoProcesses = () => {
      const store = new InMemoryEventStore();
      const handler = () => new CommandHandler(store, counter, { cachedAggregates: 10 });
      return { here: handler(), there: handler() };
    };

    it('loads what the other one wrote', async () => {
      const { here, there } = twoProcesses();
      await here.handle(stream, { add: 1 }, context);
      await there.handle(stream, { add: 2 }, context);
      expect(await here.load(stream)).toMatchObject({ state: 3, version: 3 });
    });

    it('does not refuse a version that it has not seen yet', async () => {
      const { here, there } = twoProcesses();
      await here.handle(stream, { add: 1 }, context);
      const { version } = await there.handle(stream, { add: 1 }, context);
      expect(await here.handle(stream, { add: 1 }, context, { version })).toMatchObject({ state: 3 });
    });

    it('does not answer that nothing changes as of a version that is no longer the last one', async () => {
      const { here, there } = twoProcesses();
      await here.handle(stream, { add: 1 }, context);
      await there.handle(stream, { add: 1 }, context);
      expect(await here.handle(stream, { add: 0 }, context)).toMatchObject({ state: 2, version: 2, events: [] });
    });

    it('loses and refuses none of the commands that both get for one aggregate', async () => {
      const { here, there } = twoProcesses();
      const handled = await Promise.all(
        Array.from({ length: 200 }, (_, index) => (index % 2 ? here : there).handle(stream, { add: 1 }, context)),
      );
      expect(new Set(handled.map(({ version }) => version)).size).toBe(200);
      expect(await here.load(stream)).toMatchObject({ state: 200 });
    });
  });
});
