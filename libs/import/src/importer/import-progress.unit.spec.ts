import { describe, expect, it } from 'vitest';
import { ProgressMeter, type ImportProgress } from './import-progress.js';

describe('the progress of an import', () => {
  it('is told at most once a second', () => {
    let now = 0;
    const told: ImportProgress[] = [];
    const meter = new ProgressMeter(
      (progress) => told.push(progress),
      () => now,
    );
    meter.expect(100);
    for (let i = 0; i < 50; i++) {
      now += 50;
      meter.finished(10);
    }
    expect(told).toEqual([
      { done: 20, total: 100, bytes: 200 },
      { done: 40, total: 100, bytes: 400 },
    ]);
  });
});
