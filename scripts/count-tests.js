import { readFileSync } from 'node:fs';

/**
 * Adds up the reports of test runs and prints the closing line: `N passed, N failed`.
 *
 * Arguments: how many steps besides the tests failed, and the reports (vitest's JSON). A step that failed without a test
 * failing counts as one failure, so that a run that could not even start is not taken for a good one.
 */
const [failedSteps = '0', ...files] = process.argv.slice(2);

let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of files) {
  const report = read(file);
  passed += report?.numPassedTests ?? 0;
  failed += report?.numFailedTests ?? 0;
  skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
}
if (failed === 0) failed = Number(failedSteps);
if (skipped > 0) console.log(`${skipped} skipped, for the reasons that the runs above print`);
if (passed === 0) failed = Math.max(failed, 1);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && Number(failedSteps) === 0 ? 0 : 1;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
