import { describe, expect, it } from 'vitest';
import { KeyedQueue, type KeyedQueueOptions } from './keyed-queue.js';

/** Work that a test begins to watch, and ends. */
class Workshop {
  readonly begun: string[] = [];
  private readonly open = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  readonly delays: { milliseconds: number; run: () => void; calledOff: boolean }[] = [];
  readonly queue: KeyedQueue;

  constructor(options: Partial<KeyedQueueOptions> = {}) {
    this.queue = new KeyedQueue({
      workers: 2,
      work: (key, signal) => {
        this.begun.push(key);
        return new Promise((resolve, reject) => {
          this.open.set(key, { end: resolve, fail: reject });
          signal.addEventListener('abort', () => resolve());
        });
      },
      backoff: (failures) => failures * 10,
      delay: (milliseconds, run) => {
        const delay = { milliseconds, run, calledOff: false };
        this.delays.push(delay);
        return () => (delay.calledOff = true);
      },
      ...options,
    });
  }

  async end(key: string): Promise<void> {
    this.open.get(key)?.end();
    await settled();
  }

  async fail(key: string): Promise<void> {
    this.open.get(key)?.fail(new Error('no'));
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a queue of keys', () => {
  it('works on some at a time, in their order', async () => {
    const shop = new Workshop();
    for (const key of ['a', 'b', 'c', 'b']) shop.queue.add(key);
    expect(shop.begun).toEqual(['a', 'b']);
    await shop.end('a');
    expect(shop.begun).toEqual(['a', 'b', 'c']);
  });

  it('works once more on what is added during the work, and never twice at a time', async () => {
    const shop = new Workshop();
    for (const key of ['a', 'a', 'a']) shop.queue.add(key);
    expect(shop.begun).toEqual(['a']);
    await shop.end('a');
    expect(shop.begun).toEqual(['a', 'a']);
    await shop.end('a');
    await shop.queue.idle();
    expect(shop.begun).toEqual(['a', 'a']);
  });

  it('waits longer after each failure in a row', async () => {
    const shop = new Workshop();
    shop.queue.add('a');
    await shop.fail('a');
    shop.delays[0]?.run();
    await shop.fail('a');
    shop.delays[1]?.run();
    await shop.end('a');
    shop.queue.add('a');
    await shop.fail('a');
    expect(shop.delays.map(({ milliseconds }) => milliseconds)).toEqual([10, 20, 10]);
  });

  it('does not wait when something new is said of the key', async () => {
    const shop = new Workshop();
    shop.queue.add('a');
    await shop.fail('a');
    shop.queue.add('a');
    expect(shop.begun).toEqual(['a', 'a']);
    expect(shop.delays[0]?.calledOff).toBe(true);
  });

  it('gives up where it is told to', async () => {
    const shop = new Workshop({ backoff: () => undefined });
    shop.queue.add('a');
    await shop.fail('a');
    expect(shop.delays).toEqual([]);
    await shop.queue.idle();
  });

  it('forgets', async () => {
    const shop = new Workshop({ workers: 1 });
    shop.queue.add('a');
    shop.queue.add('b');
    shop.queue.forget('b');
    await shop.fail('a');
    shop.queue.forget('a');
    expect(shop.delays.map(({ calledOff }) => calledOff)).toEqual([true]);
    expect(shop.begun).toEqual(['a']);
  });

  it('stops at once, and takes nothing more', async () => {
    const shop = new Workshop({ workers: 1 });
    shop.queue.add('a');
    shop.queue.add('b');
    await shop.queue.stop();
    shop.queue.add('c');
    expect(shop.begun).toEqual(['a']);
    expect(shop.queue.size).toBe(0);
  });
});
