import { defineConfig } from 'vitest/config';
import { testReporters } from './test/reporters.js';

/** The built server from outside: `npm run test:system`. Each file starts a server of its own. */
export default defineConfig({
  test: {
    reporters: testReporters('system'),
    include: ['test/system/**/*.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
