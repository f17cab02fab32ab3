import { defineConfig } from 'vitest/config';
import { testReporters } from './test/reporters.js';

/**
 * Libraries are imported as `#lib/<name>`; the `source` condition points those at TypeScript rather than at a build. Whether
 * a package is imported or required is for whoever does it to say: `pg` requires parts of itself that can be either.
 */
const conditions = ['source', 'node', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  oxc: { decorator: { legacy: true } },
  test: {
    reporters: testReporters('unit'),
    isolate: false,
    include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts'],
    exclude: ['test/system/**', 'test/distributed/**', '**/node_modules/**', 'dist/**'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
