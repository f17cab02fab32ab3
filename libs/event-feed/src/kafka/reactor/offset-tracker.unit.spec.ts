import { describe, expect, it } from 'vitest';
import { OffsetTracker } from './offset-tracker.js';

function tracker(...offsets: bigint[]): OffsetTracker {
  const offsetTracker = new OffsetTracker();
  for (const offset of offsets) offsetTracker.begin(offset);
  return offsetTracker;
}

describe('the offsets of a partition', () => {
  it('may be committed up to the first that is not done', () => {
    const offsets = tracker(3n, 4n, 6n);
    expect(offsets.committable).toBeUndefined();
    offsets.done(4n);
    expect(offsets.committable).toBeUndefined();
    offsets.done(3n);
    expect(offsets.committable).toBe(5n);
    offsets.done(6n);
    expect(offsets.committable).toBe(7n);
  });

  it('are begun once, however often they are read', () => {
    const offsets = tracker(1n, 2n, 3n);
    offsets.done(1n);
    offsets.done(3n);
    expect([1n, 2n, 3n, 4n].map((offset) => offsets.begin(offset))).toEqual([false, false, false, true]);
  });

  it('go on from where others have come', () => {
    const offsets = tracker(1n, 2n, 3n);
    offsets.resume(3n);
    expect(offsets.committable).toBe(3n);
    offsets.done(1n);
    offsets.done(3n);
    expect(offsets.committable).toBe(4n);
  });

  it('do not go back to what was done here and could not be committed', () => {
    const offsets = tracker(1n, 2n, 3n);
    offsets.done(1n);
    offsets.done(2n);
    offsets.resume(1n);
    expect(offsets.committable).toBe(3n);
    expect(offsets.begin(2n)).toBe(false);
  });

  it('may be committed behind what is no message, once all messages before it are done', () => {
    const offsets = tracker(1n, 2n);
    offsets.readUpTo(5n);
    offsets.done(2n);
    expect(offsets.committable).toBeUndefined();
    offsets.done(1n);
    expect(offsets.committable).toBe(5n);
    offsets.readUpTo(7n);
    expect(offsets.committable).toBe(7n);
    offsets.readUpTo(6n);
    expect(offsets.committable).toBe(7n);
  });

  it('tell how many messages are not done, since when, and how far was read', () => {
    const offsets = tracker();
    expect([offsets.open, offsets.openSince, offsets.reached]).toEqual([0, undefined, undefined]);
    offsets.resume(3n);
    expect(offsets.reached).toBe(3n);
    for (const offset of [3n, 4n, 5n]) offsets.begin(offset, 1_000 * Number(offset));
    offsets.readUpTo(7n);
    expect([offsets.open, offsets.openSince, offsets.reached]).toEqual([3, 3_000, 7n]);
    offsets.done(4n);
    expect([offsets.open, offsets.openSince]).toEqual([2, 3_000]);
    offsets.done(3n);
    expect([offsets.open, offsets.openSince]).toEqual([1, 5_000]);
    offsets.done(5n);
    expect([offsets.open, offsets.openSince, offsets.reached]).toEqual([0, undefined, 7n]);
  });
});
