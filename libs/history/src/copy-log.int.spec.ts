import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedEventStore, EventStoreDbEventStore, InMemoryEventStore, type EventStore } from '#lib/event-store';
import { currentVersion, seal, streamName, type RecordedEvent, type StreamName } from '#lib/events';
import { EventStoreDbDouble } from '#lib/testing';
import { copyLog } from './copy-log.js';
import { verifyLog } from './verify-log.js';

const STREAMS = ['web', 'api', 'db'].map((name) => streamName.imageStream('team', name));
const COMMANDS = 40;

let source: InMemoryEventStore;
let opened: { close(): Promise<unknown> }[];

beforeEach(async () => {
  source = await written(COMMANDS);
  opened = [source];
});
afterEach(async () => {
  for (const each of opened.reverse()) await each.close();
});

/** Commands of one to three events, in turn of the streams. */
async function written(commands: number, user = 'alice'): Promise<InMemoryEventStore> {
  const store = new InMemoryEventStore();
  const ends = new Map<StreamName, RecordedEvent>();
  for (let command = 0; command < commands; command++) {
    const stream = STREAMS[(command * 7) % STREAMS.length] ?? streamName.namespace('none');
    const end = ends.get(stream);
    const events = Array.from({ length: 1 + (command % 3) }, (_, part) => ({
      type: 'TagPushed',
      data: { tag: `v${command}-${part}` },
    }));
    const sealed = seal(events, {
      ...{ stream, revision: (end?.revision ?? -1) + 1, previousHash: end?.metadata.hash ?? '' },
      ...{
        time: new Date(),
        context: { actor: { user, groups: [] } },
        newId: randomUUID,
        schemaVersion: currentVersion,
      },
    });
    ends.set(stream, (await store.append(stream, sealed)).at(-1) as RecordedEvent);
  }
  return store;
}

async function read(store: EventStore): Promise<readonly Omit<RecordedEvent, 'position'>[]> {
  const events: Omit<RecordedEvent, 'position'>[] = [];
  for await (const page of store.readAll({ after: 0, asWritten: true })) {
    events.push(...page.map(({ position: _position, ...event }) => event));
  }
  return events;
}

describe('a log that is copied', () => {
  it.each(['embedded', 'eventstoredb'])(
    'has the same events in the same order, under the same hashes: %s',
    async (engine) => {
      const target = await emptyStore(engine);
      const before = await read(source);
      expect(await copyLog({ from: source, to: target })).toEqual({ copied: before.length, found: 0 });
      expect(await read(target)).toEqual(before);
      expect((await verifyLog(target)).broken).toEqual([]);
    },
  );

  it('goes on where it was interrupted, at any command', async () => {
    const target = new InMemoryEventStore();
    const events = (await read(source)).length;
    let commands = 0;
    const interrupted = (): void => {
      if (++commands === 17) throw new Error('power failure');
    };
    await expect(copyLog({ from: source, to: target, onProgress: interrupted })).rejects.toThrow('power failure');
    const found = (await read(target)).length;
    expect(await copyLog({ from: source, to: target })).toEqual({ copied: events - found, found });
    expect(await copyLog({ from: source, to: target })).toEqual({ copied: 0, found: events });
    expect(await read(target)).toEqual(await read(source));
  });

  it('is not mixed with another one', async () => {
    const other = await written(3, 'bob');
    await expect(copyLog({ from: source, to: other })).rejects.toThrow('the target holds another log');
    expect(await read(other)).toHaveLength(6);
  });

  it('is not copied over one that has more', async () => {
    const beginning = new InMemoryEventStore();
    await copyLog({ from: source, to: beginning });
    await expect(copyLog({ from: new InMemoryEventStore(), to: beginning })).rejects.toThrow('another log');
  });

  it('is not copied on from an event that was altered', async () => {
    const altered: EventStore = Object.assign(Object.create(source) as InMemoryEventStore, {
      readAll: async function* (...args: Parameters<EventStore['readAll']>) {
        for await (const page of source.readAll(...args)) {
          yield page.map((event, index) => (index === 5 ? { ...event, data: { tag: 'forged' } } : event));
        }
      },
    });
    const target = new InMemoryEventStore();
    await expect(copyLog({ from: altered, to: target })).rejects.toThrow('content does not match its hash');
    expect((await read(target)).length).toBeLessThanOrEqual(5);
  });
});

async function emptyStore(engine: string): Promise<EventStore> {
  if (engine === 'embedded') {
    const folder = await mkdtemp(join(tmpdir(), 'tagline-copy-'));
    const store = EmbeddedEventStore.open(join(folder, 'events.lmdb'));
    opened.push({ close: () => rm(folder, { recursive: true }) }, store);
    return store;
  }
  const double = await EventStoreDbDouble.start();
  const store = EventStoreDbEventStore.open(double.connectionString);
  opened.push({ close: () => double.stop() }, store);
  return store;
}
