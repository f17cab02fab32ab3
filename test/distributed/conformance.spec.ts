import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../system/harness/child-process.js';
import { REPOSITORY_ROOT } from '../system/harness/tagline-server.js';

const VITEST = join(REPOSITORY_ROOT, 'node_modules/vitest/vitest.mjs');

it('plays the conformance transcripts to a gateway as to the one process', { timeout: 600_000 }, async () => {
  const { code, stdout, stderr } = await run(process.execPath, [VITEST, 'run', 'test/conformance', '--reporter=dot'], {
    cwd: REPOSITORY_ROOT,
    env: { ...process.env, TAGLINE_TEST_TOPOLOGY: 'distributed' },
    timeout: 590_000,
  });
  expect(code, `${stdout}${stderr}`.slice(-20_000)).toBe(0);
});
