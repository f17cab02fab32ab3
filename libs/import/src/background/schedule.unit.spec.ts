import { describe, expect, it } from 'vitest';
import { RateLimit } from './rate-limit.js';
import { VisitPlan } from './visit-plan.js';

const takeAll = (plan: VisitPlan, now: number): string[] => {
  const taken: string[] = [];
  for (let key = plan.take(now); key !== undefined; key = plan.take(now)) taken.push(key);
  return taken;
};

describe('a plan of visits', () => {
  it('gives what is due, what has waited longest first', () => {
    const plan = new VisitPlan();
    plan.set('late', 9_000);
    plan.set('b', 2_000);
    plan.set('a', 1_000);
    expect(takeAll(plan, 500)).toEqual([]);
    expect(takeAll(plan, 2_000)).toEqual(['a', 'b']);
    expect(takeAll(plan, 60_000)).toEqual(['late']);
    expect(plan.size).toBe(0);
  });

  it('moves a key that is planned again, and drops one that is not wanted', () => {
    const plan = new VisitPlan();
    plan.set('a', 1_000);
    plan.set('b', 1_000);
    plan.set('a', 5_000);
    plan.delete('b');
    expect(takeAll(plan, 4_000)).toEqual([]);
    expect(plan.has('a')).toBe(true);
    plan.set('a', 3_000);
    expect(takeAll(plan, 4_000)).toEqual(['a']);
  });
});

describe('a rate limit', () => {
  const takenIn = (limit: RateLimit, seconds: number): number => {
    let taken = 0;
    for (let second = 1; second <= seconds; second++) while (limit.take(second * 1_000)) taken++;
    return taken;
  };

  it('lets so many through in a minute, and a few at once', () => {
    const limit = new RateLimit(60, 0);
    expect(takenIn(limit, 1)).toBe(6);
    expect(takenIn(new RateLimit(60, 0), 600)).toBe(606 - 1);
  });

  it('lets one through now and then when it is low', () => {
    expect(takenIn(new RateLimit(1, 0), 181)).toBe(4);
  });

  it('of 0 lets everything through', () => {
    const limit = new RateLimit(0, 0);
    expect(Array.from({ length: 1_000 }, () => limit.take(0)).every(Boolean)).toBe(true);
  });
});
