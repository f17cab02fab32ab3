import { describe, expect, it } from 'vitest';
import { MemberLag } from './member-lag.js';
import { OffsetTracker } from './offset-tracker.js';

const topic = 'tagline.image-streams';

function tracker(open: readonly (readonly [offset: bigint, since: number])[], readUpTo: bigint): OffsetTracker {
  const offsets = new OffsetTracker();
  for (const [offset, since] of open) offsets.begin(offset, since);
  offsets.readUpTo(readUpTo);
  return offsets;
}

describe('how far a member of a group is behind', () => {
  let now = 100_000;
  const lag = new MemberLag(() => now);
  const of = (offsets: OffsetTracker | undefined, end: bigint, committed = 0n, partition = 0) => ({
    ...{ topic, partition, tracker: offsets },
    position: { end, committed },
  });

  it('is not at all where everything was read and done, or committed before it had the partition', () => {
    expect(lag.of([])).toEqual([]);
    const done = tracker([], 7n);
    expect(lag.of([of(done, 7n), of(undefined, 9n, 9n, 1)])).toEqual([{ topic, events: 0, seconds: 0 }]);
  });

  it('is what was begun and what was not read, for as long as the oldest has been there', () => {
    const [one, other] = [tracker([[3n, 90_000]], 4n), tracker([[8n, 70_000]], 9n)];
    expect(lag.of([of(one, 6n), of(other, 9n, 0n, 1)])).toEqual([{ topic, events: 4, seconds: 30 }]);
  });

  it('is told topic by topic', () => {
    const replays = { ...of(undefined, 2n), topic: 'tagline.replays.imports' };
    expect(lag.of([of(tracker([], 5n), 5n), replays])).toEqual([
      { topic, events: 0, seconds: 0 },
      { topic: 'tagline.replays.imports', events: 2, seconds: 0 },
    ]);
  });

  it('grows while nothing is read, and begins anew with the next that is not', () => {
    const offsets = tracker([], 5n);
    const seconds = (end: bigint): number => lag.of([of(offsets, end)])[0]?.seconds ?? NaN;
    expect(seconds(8n)).toBe(0);
    now += 20_000;
    expect(seconds(9n)).toBe(20);
    offsets.readUpTo(9n);
    expect(seconds(9n)).toBe(0);
    now += 20_000;
    expect(seconds(10n)).toBe(0);
  });

  it('is not known while the brokers do not say where the topic ends', () => {
    expect(lag.of([{ topic, partition: 0, tracker: tracker([], 5n), position: undefined }])).toEqual([
      { topic, events: NaN, seconds: NaN },
    ]);
  });
});
