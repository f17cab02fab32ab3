import { defineConfig } from 'vitest/config';
import { testReporters } from './test/reporters.js';

const conditions = ['source', 'node', 'default'];

/** What takes a real Kafka broker: `npm run test:distributed`. Each file starts one of its own. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  oxc: { decorator: { legacy: true } },
  test: {
    reporters: testReporters('distributed'),
    include: ['test/distributed/**/*.spec.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
