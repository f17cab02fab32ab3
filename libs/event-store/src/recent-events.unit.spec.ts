import { describe, expect, it } from 'vitest';
import { streamName, type RecordedEvent } from '#lib/events';
import { sealed } from './event-store.contract.js';
import { RecentEvents } from './recent-events.js';

const stream = streamName.namespace('a');

function eventAt(position: number): RecordedEvent {
  const [{ canonical: _, ...event } = { canonical: '' }] = sealed(stream, 0, [`${position}`]);
  return { ...event, position } as RecordedEvent;
}

const positions = (events: readonly RecordedEvent[] | undefined): number[] | undefined =>
  events?.map(({ position }) => position);

describe('the newest events', () => {
  it('are found after any position since the start, however far apart they lie', () => {
    const recent = new RecentEvents(100);
    for (const position of [150, 151, 900]) recent.add(eventAt(position), 1);
    expect(positions(recent.after(100))).toEqual([150, 151, 900]);
    expect(positions(recent.after(120))).toEqual([150, 151, 900]);
    expect(positions(recent.after(150))).toEqual([151, 900]);
    expect(positions(recent.after(500))).toEqual([900]);
    expect(positions(recent.after(900))).toEqual([]);
    expect(positions(recent.after(5_000))).toEqual([]);
  });

  it('are not claimed to be all after a position before the start', () => {
    const recent = new RecentEvents(100);
    expect(recent.after(99)).toBeUndefined();
    recent.add(eventAt(150), 1);
    expect(recent.after(99)).toBeUndefined();
  });

  it('are not claimed to be all once older ones were dropped', () => {
    const recent = new RecentEvents(0, 2);
    for (const position of [10, 20, 30, 40]) recent.add(eventAt(position), 1);
    expect(recent.after(10)).toBeUndefined();
    expect(positions(recent.after(20))).toEqual([30, 40]);
  });

  it('are bounded by their size', () => {
    const recent = new RecentEvents(0, 1_000, 10);
    for (const position of [10, 20, 30]) recent.add(eventAt(position), 8);
    expect(recent.after(10)).toBeUndefined();
    expect(positions(recent.after(20))).toEqual([30]);
  });

  it('begin anew after a gap', () => {
    const recent = new RecentEvents(0);
    recent.add(eventAt(10), 1);
    recent.restart(50);
    expect(recent.after(10)).toBeUndefined();
    expect(positions(recent.after(50))).toEqual([]);
  });
});
