import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../system/harness/child-process.js';
import { REPOSITORY_ROOT } from '../system/harness/tagline-server.js';
import { KafkaBroker } from './harness/kafka-broker.js';

const VITEST = join(REPOSITORY_ROOT, 'node_modules/vitest/vitest.mjs');

let broker: KafkaBroker;
beforeAll(async () => {
  broker = await KafkaBroker.start();
});
afterAll(() => broker.dispose());

it(
  'plays the conformance transcripts to a gateway, with every process there is, as to one',
  { timeout: 600_000 },
  async () => {
    const { code, stdout, stderr } = await run(
      process.execPath,
      [VITEST, 'run', 'test/conformance', '--reporter=dot'],
      {
        cwd: REPOSITORY_ROOT,
        env: {
          ...process.env,
          TAGLINE_TEST_TOPOLOGY: 'distributed',
          TAGLINE_TEST_READ_MODEL: 'postgres',
          TAGLINE_TEST_BROKERS: broker.brokers.join(','),
        },
        timeout: 590_000,
      },
    );
    expect(code, `${stdout}${stderr}`.slice(-20_000)).toBe(0);
  },
);
