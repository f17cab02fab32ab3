import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, InstrumentedEventStore } from '#lib/event-store';
import { seal, streamName, type RecordedEvent } from '#lib/events';
import { NO_TRACER, type SpanOptions, type Tracer } from '#lib/tracing';
import { FencedError, type Checkpoint, type EventSink, type Published } from './event-sink.js';
import { Relay, type RelayOptions } from './relay.js';

/** Topics in memory, of which one sink at a time may write. */
class Topics {
  readonly events: RecordedEvent[] = [];
  readonly transactions: number[] = [];
  owner: EventSink | undefined;
  /** What the next calls fail with. */
  readonly failures: Error[] = [];

  sink(): EventSink {
    const fail = (): void => {
      const failure = this.failures.shift();
      if (failure !== undefined) throw failure;
    };
    const sink: EventSink = {
      takeOver: async (): Promise<Checkpoint | undefined> => {
        fail();
        this.owner = sink;
        return sink.checkpoint();
      },
      publish: async (events): Promise<Published> => {
        fail();
        if (this.owner !== sink) throw new FencedError();
        this.events.push(...events);
        this.transactions.push(events.length);
        return { events: events.length, references: 0 };
      },
      checkpoint: async () => {
        const last = this.events.at(-1);
        return last && { position: last.position, eventId: last.metadata.id };
      },
      release: async () => undefined,
    };
    return sink;
  }
}

let store: InMemoryEventStore;
let topics: Topics;
let revision = 0;
const relays: Relay[] = [];

beforeEach(() => {
  [store, topics, revision] = [new InMemoryEventStore(), new Topics(), 0];
});
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop();
  await store.close();
});

function start(options: Partial<RelayOptions> = {}): Relay {
  const relay = new Relay({ store, sink: topics.sink(), firstRetryMs: 1, standbyMs: 5, ...options });
  relays.push(relay);
  relay.start();
  return relay;
}

async function happen(count: number, traceparent?: string): Promise<void> {
  const stream = streamName.namespace('team');
  const events = Array.from({ length: count }, () => ({ type: 'NamespaceDeleted', data: {} }));
  const context = { actor: { user: 'a', groups: [] }, ...(traceparent !== undefined && { traceparent }) };
  const place = { stream, revision, previousHash: '', time: new Date(), context };
  await store.append(stream, seal(events, { ...place, newId: randomUUID, schemaVersion: () => 1 }));
  revision += count;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

const positions = (): number[] => topics.events.map(({ position }) => position);

describe('the relay', () => {
  it('publishes what is there and what comes, and the events of a command together', async () => {
    await happen(3);
    start();
    await until(() => topics.events.length === 3);
    await happen(2);
    await until(() => topics.events.length === 5);
    expect(positions()).toEqual([1, 2, 3, 4, 5]);
    expect(topics.transactions).toEqual([3, 2]);
  });

  it('tries again after a failure, and leaves nothing out', async () => {
    const waits: number[] = [];
    topics.failures.push(new Error('no brokers'), new Error('no brokers'));
    start({ observer: { failed: (_error, _failures, retryInMs) => waits.push(retryInMs) } });
    await happen(2);
    await until(() => topics.events.length === 2);
    topics.failures.push(new Error('no brokers'));
    await happen(1);
    await until(() => topics.events.length === 3);
    expect(positions()).toEqual([1, 2, 3]);
    expect(waits).toEqual([1, 2, 1]);
  });

  it('leaves the events to the relay that took over, and takes over again only when that one is gone', async () => {
    const older = start();
    await until(() => older.isActive);
    const newer = start({ standbyMs: 60_000 });
    await until(() => newer.isActive);
    await happen(1);
    await until(() => topics.events.length === 1 && !older.isActive);
    await newer.stop();
    await happen(1);
    await until(() => topics.events.length === 2);
    expect(older.isActive).toBe(true);
    expect(positions()).toEqual([1, 2]);
  });

  it('publishes nothing to the topics of another log', async () => {
    await happen(2);
    const first = start();
    await until(() => topics.events.length === 2);
    await first.stop();
    [store, revision] = [new InMemoryEventStore(), 0];
    await happen(5);
    const errors: unknown[] = [];
    start({ observer: { failed: (error) => errors.push(error) } });
    await until(() => errors.length > 1);
    expect(String(errors[0])).toContain('the topics hold the events of another log, up to position 2');
    expect(topics.events).toHaveLength(2);
  });

  it('says how far behind it is', async () => {
    topics.failures.push(...Array.from({ length: 100 }, () => new Error('no brokers')));
    await happen(4);
    const relay = start({ firstRetryMs: 60_000 });
    expect((await relay.lag()).positions).toBe(4);
    expect((await relay.lag()).seconds).toBeGreaterThanOrEqual(0);
    await relay.stop();
    topics.failures.length = 0;
    relay.start();
    await until(() => topics.events.length === 4);
    expect(await relay.lag()).toEqual({ positions: 0, seconds: 0 });
  });
});

describe('a relay whose process is traced', () => {
  it('publishes as part of the trace that led to the first event, linked to the others', async () => {
    const spans: [string, SpanOptions][] = [];
    const tracer: Tracer = {
      ...NO_TRACER,
      isOn: true,
      span: (name, options, run) => {
        spans.push([name, options]);
        return NO_TRACER.span(name, options, run);
      },
    };
    const context = (span: string): string => `00-${'a'.repeat(32)}-${span.repeat(16)}-01`;
    await happen(1, context('b'));
    await happen(1, context('c'));
    start({ store: new InstrumentedEventStore(store, { tracer }) });
    await until(() => topics.events.length === 2);
    expect(spans).toMatchObject([
      [
        'publish',
        {
          kind: 'producer',
          parent: context('b'),
          links: [context('c')],
          attributes: { 'messaging.batch.message_count': 2 },
        },
      ],
    ]);
  });
});
