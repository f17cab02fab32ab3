import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KafkaConfiguration } from '#lib/config';
import {
  DeadLetterOffice,
  KafkaSink,
  kafkaClient,
  ReactorGroup,
  Relay,
  type FeedEvent,
  type Reactor,
  type ReactorGroupOptions,
} from '#lib/event-feed';
import { InMemoryEventStore } from '#lib/event-store';
import { streamName } from '#lib/events';
import { eventually } from '../system/harness/eventually.js';
import { KafkaBroker } from './harness/kafka-broker.js';
import { LogWriter, streams, tagPushed } from './harness/log.js';

let broker: KafkaBroker;
let settings: KafkaConfiguration;
let store: InMemoryEventStore;
let writer: LogWriter;
let relay: Relay;
const members: ReactorGroup[] = [];

beforeAll(async () => {
  broker = await KafkaBroker.start();
});
afterAll(() => broker.dispose());

beforeEach(async () => {
  settings = { ...new KafkaConfiguration(), brokers: broker.brokers, topicPrefix: `t-${randomUUID()}`, partitions: 6 };
  store = new InMemoryEventStore();
  writer = new LogWriter(store);
  relay = new Relay({ store, sink: new KafkaSink(kafkaClient(settings), settings) });
  relay.start();
});
afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.stop()));
  await relay.stop();
  await store.close();
});

async function join(reactor: Pick<Reactor, 'react'> & Partial<Reactor>, options: Partial<ReactorGroupOptions> = {}) {
  const member = new ReactorGroup({
    ...{ kafka: kafkaClient(settings), settings, firstRetryMs: 5, sessionTimeoutMs: 3_000 },
    reactor: {
      name: 'test',
      topics: ['image-streams'],
      ...reactor,
      react: (event, signal) => reactor.react(event, signal),
    },
    ...options,
  });
  members.push(member);
  await member.start();
  return member;
}

/** Notes what it is told of, and by how many at a time. */
class Notes implements Pick<Reactor, 'react'> {
  readonly events: FeedEvent[] = [];
  readonly disorder: string[] = [];
  private readonly busy = new Set<string>();
  most = 0;

  constructor(
    private readonly work: (event: FeedEvent, signal: AbortSignal) => Promise<void> = async () => undefined,
  ) {}

  async react(event: FeedEvent, signal: AbortSignal): Promise<void> {
    if (this.busy.has(event.stream)) this.disorder.push(`${event.stream} twice at a time`);
    this.busy.add(event.stream);
    this.most = Math.max(this.most, this.busy.size);
    try {
      await this.work(event, signal);
      if (!signal.aborted) this.events.push(event);
    } finally {
      this.busy.delete(event.stream);
    }
  }

  get ids(): Set<string> {
    return new Set(this.events.map(({ id }) => id));
  }

  expectOrder(): void {
    expect(this.disorder).toEqual([]);
    const last = new Map<string, number>();
    for (const { stream, revision } of this.events) {
      expect(revision).toBe((last.get(stream) ?? -1) + 1);
      last.set(stream, revision);
    }
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a group of reactors', () => {
  it('acts on every event once, on those of a stream in order, and on those of several at the same time', async () => {
    const notes = new Notes(() => sleep(1));
    await join(notes, { concurrency: 4 });
    await writer.appendMany(600, streams(12));
    await eventually('all events', async () => notes.events.length >= 600 || undefined);
    expect(notes.events).toHaveLength(600);
    notes.expectOrder();
    expect(notes.most).toBe(4);
  });

  it('goes on where it was', async () => {
    const before = new Notes();
    const member = await join(before);
    await writer.appendMany(100, streams(5));
    await eventually('all events', async () => before.events.length === 100 || undefined);
    await member.stop();
    members.splice(0);
    await writer.appendMany(50, streams(5));
    const after = new Notes();
    await join(after);
    await eventually('the other events', async () => after.events.length >= 50 || undefined);
    expect(after.events).toHaveLength(50);
  });

  it('shares the work, and takes over what a member that leaves has not done', async () => {
    const shares: number[] = [];
    const note = { shareChanged: (_reactor: string, partitions: number) => shares.push(partitions) };
    const [one, two] = [new Notes(() => sleep(2)), new Notes(() => sleep(2))];
    const first = await join(one, { observer: note });
    await join(two);
    const names = streams(25);
    await Promise.all(
      names.flatMap((stream) => Array.from({ length: 40 }, (_, n) => writer.append(stream, [tagPushed(n)]))),
    );
    await eventually('both to work', async () => (one.events.length > 50 && two.events.length > 50) || undefined);
    await first.stop();
    members.splice(0, 1);
    const seen = () => new Set([...one.ids, ...two.ids]).size;
    await eventually('all events', async () => seen() === 1_000 || undefined);
    // What was completed is committed. Little lies behind what is not, and is done again.
    expect(one.events.length + two.events.length).toBeLessThan(1_000 + 100);
    expect(shares[0]).toBeGreaterThan(3);
  });

  it('does not let a stream that takes long hold up the others', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const [slow, ...others] = streams(8);
    const notes = new Notes(async ({ stream }) => (stream === slow ? held : undefined));
    await join(notes);
    await writer.append(slow ?? streamName.namespace(''), [tagPushed(0)]);
    await writer.appendMany(400, others);
    await eventually('the others', async () => notes.events.length === 400 || undefined);
    release?.();
    await eventually('the slow one', async () => notes.events.length === 401 || undefined);
  });

  it('says how much it has to do, which is nothing once all is done: to itself and to Kafka', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const notes = new Notes(({ stream }) => (stream === streams(1)[0] ? held : Promise.resolve()));
    const member = await join(notes);
    const topic = `${settings.topicPrefix}.image-streams`;
    const lag = () => member.lag().find((each) => each.topic === topic);
    await eventually('nothing to do', async () => lag()?.events === 0 || undefined);
    for (let n = 0; n < 5; n++) await writer.append(streams(1)[0] ?? streamName.namespace(''), [tagPushed(n)]);
    await writer.appendMany(30, streams(8).slice(1));
    await eventually('the others', async () => notes.events.length === 30 || undefined);
    const late = await eventually('the five to be late', async () => {
      const known = lag();
      return known?.events === 5 && known.seconds > 0 ? known : undefined;
    });
    expect(late).toEqual({ topic, events: 5, seconds: expect.any(Number) as number });
    release?.();
    await eventually('nothing to do again', async () => lag()?.events === 0 || undefined);
    expect(lag()).toEqual({ topic, events: 0, seconds: 0 });
    expect(member.partitionCount).toBe(7);
    await eventually('Kafka to say the same', async () => (await lagInKafka(topic)) === 0n || undefined);
  });

  it('tries again what fails, lays aside what keeps failing, and replays it when told to', async () => {
    let poisonous = true;
    let failures = 0;
    const notes = new Notes(async ({ data }) => {
      const { tag } = data as { tag: string };
      if (tag === 'v3' && failures++ < 2) throw new Error('not yet');
      if (tag === 'v5' && poisonous) throw new TypeError('cannot be understood');
    });
    await join(notes, { attempts: 3 });
    await writer.append(
      streamName.imageStream('team', 'app'),
      Array.from({ length: 9 }, (_, n) => tagPushed(n)),
    );
    await eventually('the others', async () => notes.events.length === 8 || undefined);
    const office = new DeadLetterOffice(kafkaClient(settings), settings.topicPrefix, 'test');
    const letters = await eventually('a dead letter', async () => {
      const list = await office.list();
      return list.length > 0 ? list : undefined;
    });
    expect(letters).toMatchObject([
      {
        what: 'TagPushed of imageStream-team/app, revision 5',
        error: 'TypeError: cannot be understood',
        attempts: '3',
        topic: `${settings.topicPrefix}.image-streams`,
      },
    ]);
    poisonous = false;
    expect(await office.replay()).toBe(1);
    await eventually('the replayed one', async () => notes.events.length === 9 || undefined);
    expect(notes.events.at(-1)).toMatchObject({ revision: 5 });
    expect(await office.list()).toEqual([]);
    expect(await office.replay()).toBe(0);
  });

  it('tries for ever where the event is not to blame, and lays aside at once what is no event', async () => {
    let away = true;
    let failures = 0;
    const notes = new Notes(async () => {
      if (!away) return;
      failures++;
      throw new RangeError('away');
    });
    await join(
      { react: (event, signal) => notes.react(event, signal), isPassing: (e) => e instanceof RangeError },
      {
        attempts: 2,
      },
    );
    const producer = kafkaClient(settings).producer();
    await producer.connect();
    await producer.send({ topic: `${settings.topicPrefix}.image-streams`, messages: [{ key: 'x', value: 'x' }] });
    await producer.disconnect();
    await writer.append(streamName.imageStream('team', 'app'), [tagPushed(1)]);
    await eventually('some failures', async () => failures > 4 || undefined);
    away = false;
    await eventually('the event', async () => notes.events.length === 1 || undefined);
    const office = new DeadLetterOffice(kafkaClient(settings), settings.topicPrefix, 'test');
    const letters = await eventually('a dead letter', async () => {
      const list = await office.list();
      return list.length > 0 ? list : undefined;
    });
    expect(letters).toMatchObject([
      { what: 'no event', error: 'NoEventError: the message is no event of Tagline: it has no ce_type' },
    ]);
  });

  it('waits for brokers that are away, and goes on', async ({ skip }) => {
    skip(!broker.isLocal, 'the brokers of KAFKA_BROKERS are not ours to kill');
    const notes = new Notes();
    let failures = 0;
    await join(notes, { observer: { failed: () => failures++ } });
    await writer.appendMany(50, streams(5));
    await eventually('the first events', async () => notes.ids.size === 50 || undefined);
    await broker.kill();
    await eventually('the group to notice', async () => failures > 0 || undefined);
    await writer.appendMany(50, streams(5));
    let failedStarts = 0;
    const late = new Notes();
    const joining = join(late, { observer: { failed: () => failedStarts++ } });
    await eventually('another to begin in vain', async () => failedStarts > 0 || undefined);
    await broker.restart();
    await joining;
    const seen = () => new Set([...notes.ids, ...late.ids]).size;
    await eventually('the other events', async () => seen() === 100 || undefined, 90_000);
  });

  it('is stopped before it could start', async () => {
    const kafka = { ...settings, brokers: ['127.0.0.1:9'] };
    let failures = 0;
    const joining = join(new Notes(), { kafka: kafkaClient(kafka), observer: { failed: () => failures++ } });
    await eventually('it to begin in vain', async () => failures > 0 || undefined);
    await members.at(-1)?.stop();
    await joining;
  });
});

/** What the group has not committed yet, as Kafka's own tools show it. */
async function lagInKafka(topic: string): Promise<bigint> {
  const admin = kafkaClient(settings).admin();
  await admin.connect();
  try {
    const [committed] = await admin.fetchOffsets({ groupId: `${settings.topicPrefix}.test`, topics: [topic] });
    const ends = await admin.fetchTopicOffsets(topic);
    return ends.reduce((sum, { partition, high }) => {
      const offset = committed?.partitions.find((each) => each.partition === partition)?.offset ?? '-1';
      return sum + BigInt(high) - (offset === '-1' ? 0n : BigInt(offset));
    }, 0n);
  } finally {
    await admin.disconnect();
  }
}
