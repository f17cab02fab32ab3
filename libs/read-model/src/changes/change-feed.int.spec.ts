import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, type EventStore } from '#lib/event-store';
import { streamName, type RecordedEvent } from '#lib/events';
import { created, ExampleLog, pushed } from '../example-log.js';
import { ChangeFeed } from './change-feed.js';
import type { SubjectChanges } from './change-folder.js';

const st = streamName.imageStream('ns', 'st');

describe('the feed of changes', () => {
  let log: ExampleLog;
  beforeEach(() => {
    log = ExampleLog.embedded(new InMemoryEventStore(137));
  });
  afterEach(() => log.dispose());

  const feedOf = (store: EventStore): ChangeFeed => new ChangeFeed(store, new Set(['imageStream']));

  const watch = (feed: ChangeFeed, after: number): AsyncIterator<SubjectChanges> =>
    feed.after(after, new AbortController().signal)[Symbol.asyncIterator]();

  async function positions(watching: AsyncIterator<SubjectChanges>, count: number): Promise<number[]> {
    const seen: number[] = [];
    while (seen.length < count) {
      const { value } = (await watching.next()) as IteratorYieldResult<SubjectChanges>;
      seen.push(...value.changes.map(({ position }) => position));
    }
    return seen;
  }

  it('tells every change after a position once, those that come as those that were there, however far apart', async () => {
    const feed = feedOf(log.store);
    const first = await log.append(st, [created(), pushed('a')]);
    const second = await log.append(st, [pushed('b')]);
    const [all, rest] = [watch(feed, 0), watch(feed, first)];
    expect(await positions(all, 2)).toEqual([first, second]);
    expect(await positions(rest, 1)).toEqual([second]);
    const coming = [positions(all, 1), positions(rest, 1)];
    const third = await log.append(st, [pushed('c'), pushed('d')]);
    expect(await Promise.all(coming)).toEqual([[third], [third]]);
    await Promise.all([all.return?.(), rest.return?.()]);
  });

  it('ends with what ends the reading of the log, for everybody, and begins anew for whoever comes next', async () => {
    const failing: { how?: Error } = { how: new Error('the log cannot be read') };
    const feed = feedOf({
      append: (...args) => log.store.append(...args),
      readStream: (...args) => log.store.readStream(...args),
      readAll: (options) => log.store.readAll(options),
      lastPosition: () => log.store.lastPosition(),
      close: () => log.store.close(),
      async *subscribe(after, signal): AsyncIterable<readonly RecordedEvent[]> {
        if (failing.how !== undefined) throw failing.how;
        yield* log.store.subscribe(after, signal);
      },
    });
    const [one, other] = [watch(feed, 0), watch(feed, 0)];
    const [first, second] = [one.next(), other.next()];
    await expect(first).rejects.toThrow('cannot be read');
    await expect(second).rejects.toThrow('cannot be read');
    delete failing.how;
    const next = positions(watch(feed, 0), 1);
    const position = await log.append(st, [created()]);
    expect(await next).toEqual([position]);
  });
});
