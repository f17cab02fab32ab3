import fc from 'fast-check';
import { describe, it } from 'vitest';
import { FoldedLog } from './folded-log.js';
import { imageSteps } from './image-steps.js';
import { ImageSystem } from './image-system.js';
import { looks } from './looks-back.js';
import { specSteps } from './spec-steps.js';
import { statusSteps } from './status-steps.js';
import type { Subject } from './step.js';

const RUNS = 40;
const STEPS = 40;

const step = fc.oneof(...specSteps, ...statusSteps, ...imageSteps, ...looks);

/**
 * A failure names a seed, a path and a replay path: given to `fc.assert` and `fc.commands` they repeat it.
 */
describe('image streams, whatever happens to them', () => {
  it('are what their events say, now, at every moment before, and to whoever watches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands([step], { maxCommands: STEPS, size: 'max' }), async (steps) => {
        const system = new ImageSystem();
        try {
          const projected = await system.project('read-models.lmdb');
          let time = Date.UTC(2026, 0, 1);
          const clock = (): Date => new Date((time += 1_000));
          const subject: Subject = { system, projected, clock };
          await fc.asyncModelRun(() => ({ model: new FoldedLog(system.store, system.gap), real: subject }), steps);
        } finally {
          await system.dispose();
        }
      }),
      { numRuns: RUNS },
    );
  }, 60_000);
});
