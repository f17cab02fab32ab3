import { setTimeout as sleep } from 'node:timers/promises';
import { Configuration } from '#lib/config';
import { EventStoreDbEventStore } from '#lib/event-store';
import { Postgres } from '#lib/postgres';
import { PostgresReadModel, readModelShape } from '#lib/read-model';
import { ImageStreamService, NO_SOURCES, OPEN_POLICY, type StreamHandled } from '#lib/stream';
import type { LogSettings } from './log-database.js';
import {
  WRITTEN_STREAMS as STREAMS,
  type WriterOrder,
  type WriterSettings,
  type Written,
  type WrittenEvent,
} from './log-writer.js';
import { followOrders, sharedNow, startedWith } from './ordered-process.js';
import { imageName } from './pushed-image.js';
import { streamAt, tagAt } from './streams.js';

const NAMESPACE = 'bench';
const TAGS = 20;
/** Streams that are filled at the same time, and commands for each of them: decided together, they are one append. */
const FILLED = { streams: 16, commands: 50 };
const TAGS_AT_ONCE = 10;
const TICK_MS = 4;
const CALLER = { actor: { user: 'bench', groups: [] } };

const { log, postgres: where } = startedWith<WriterSettings>();
const store = openLog(log);
const streams = new ImageStreamService(store, OPEN_POLICY);
const postgres = new Postgres({ ...where, poolSize: 2 });
const readModel = new PostgresReadModel({ postgres, shape: readModelShape(new Configuration().images) });
let pushed = 0;

await readModel.start();
for (let index = 0; index < STREAMS; index++) await create(streamAt(index));
followOrders<WriterOrder>(follow, close);

async function follow(order: WriterOrder): Promise<Written> {
  const started = sharedNow();
  const events = await written(order);
  return { events, seconds: (sharedNow() - started) / 1_000 };
}

function written(order: WriterOrder): Promise<readonly WrittenEvent[]> {
  switch (order.do) {
    case 'fill':
      return fill(order.events);
    case 'write at once':
      return writeAtOnce(order.writers, order.seconds);
    case 'write':
      return write(order.rate, order.seconds);
  }
}

/** As fast as it goes, many commands of a stream in one append. */
async function fill(events: number): Promise<readonly WrittenEvent[]> {
  const answered: WrittenEvent[] = [];
  let left = events;
  const filler = async (): Promise<void> => {
    while (left > 0) {
      const commands = Math.min(left, FILLED.commands);
      left -= commands;
      const stream = pushed % STREAMS;
      answered.push(...(await Promise.all(Array.from({ length: commands }, () => push(stream)))));
    }
  };
  await Promise.all(Array.from({ length: FILLED.streams }, filler));
  return answered;
}

/** Each writer pushes to streams that nobody else pushes to, and pushes again when it was answered: one event an append. */
async function writeAtOnce(writers: number, seconds: number): Promise<readonly WrittenEvent[]> {
  const answered: WrittenEvent[] = [];
  const end = sharedNow() + seconds * 1_000;
  const writer = async (number: number): Promise<void> => {
    for (let turn = 0; sharedNow() < end; turn++) {
      answered.push(await push((number + writers * (turn % Math.floor(STREAMS / writers))) % STREAMS));
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, number) => writer(number)));
  return answered;
}

/**
 * So many a second, whether or not those before were answered, and waits for them to be shown. Some tags of a stream are
 * pushed at once, as by a release of several flavours that each have some names.
 */
async function write(rate: number, seconds: number): Promise<readonly WrittenEvent[]> {
  const started = sharedNow();
  const events: Promise<WrittenEvent>[] = [];
  while (events.length < rate * seconds) {
    const due = Math.min(rate * seconds, ((sharedNow() - started) / 1_000) * rate);
    while (events.length + TAGS_AT_ONCE <= due) {
      const stream = (events.length / TAGS_AT_ONCE) % STREAMS;
      for (let tag = 0; tag < TAGS_AT_ONCE; tag++) events.push(shown(push(stream)));
    }
    await sleep(TICK_MS);
  }
  return Promise.all(events);
}

async function push(index: number): Promise<WrittenEvent> {
  const number = pushed++;
  const image = imageName(number);
  const name = streamAt(index);
  const begunAt = sharedNow();
  const handled = await streams.push(
    NAMESPACE,
    {
      ...{ type: 'PushTag', name, tag: tagAt(Math.floor(number / STREAMS) % TAGS), image, now: new Date() },
      ...{ dockerImageReference: `registry.example.com/${NAMESPACE}/${name}@${image}`, ownRepository: false },
    },
    CALLER,
  );
  return { position: handled.version, begunAt, answeredAt: sharedNow() };
}

async function shown(pushing: Promise<WrittenEvent>): Promise<WrittenEvent> {
  const event = await pushing;
  await readModel.waitFor(event.position);
  return { ...event, shownAt: sharedNow() };
}

function create(name: string): Promise<StreamHandled> {
  return streams.create(
    NAMESPACE,
    {
      ...{ type: 'CreateStream', creation: { namespace: NAMESPACE, name, uid: name }, now: new Date() },
      ...{ sources: NO_SOURCES, metadata: { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] } },
      spec: { lookupPolicy: { local: false }, dockerImageRepository: '', tags: [] },
    },
    CALLER,
  );
}

async function close(): Promise<void> {
  await readModel.stop();
  await postgres.close();
  await store.close();
}

function openLog({ connectionString, streamPrefix }: LogSettings): EventStoreDbEventStore {
  return EventStoreDbEventStore.open(connectionString, { streamPrefix });
}
