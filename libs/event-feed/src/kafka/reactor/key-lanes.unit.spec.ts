import { describe, expect, it } from 'vitest';
import { KeyLanes } from './key-lanes.js';

/** Work that ends when it is told to. */
function setUp(concurrency: number) {
  const lanes = new KeyLanes(concurrency);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (key: string, name: string): void =>
    lanes.add(key, () => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { lanes, begun, add, end };
}

describe('work with keys', () => {
  it('of one key is done one after the other, of several at the same time, up to a number', async () => {
    const { begun, add, end } = setUp(2);
    for (const [key, name] of ['a1', 'a2', 'b1', 'c1'].map((each) => [each.slice(0, 1), each] as const)) add(key, name);
    expect(begun).toEqual(['a1', 'b1']);
    await end('b1');
    expect(begun).toEqual(['a1', 'b1', 'c1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2']);
  });

  it('begins in the order in which it was added, whatever its key', async () => {
    const { begun, add, end } = setUp(1);
    for (const name of ['a1', 'a2', 'a3', 'b4', 'c5']) add(name.slice(0, 1), name);
    for (const name of ['a1', 'a2', 'a3', 'b4', 'c5']) await end(name);
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b4', 'c5']);
  });

  it('begins nothing more while it is paused', async () => {
    const { lanes, begun, add, end } = setUp(1);
    add('a', 'a1');
    add('b', 'b1');
    const quiet = lanes.pause(60_000);
    await end('a1');
    await quiet;
    expect(begun).toEqual(['a1']);
    expect(lanes.size).toBe(1);
    lanes.resume();
    expect(begun).toEqual(['a1', 'b1']);
    await end('b1');
    await lanes.fewerThan(1, 60_000);
  });
});
