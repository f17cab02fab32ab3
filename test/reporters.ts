import { join } from 'node:path';

type Reporters = (string | [string, Record<string, unknown>])[];

/** What is printed of a test run; with TEST_REPORTS_DIR also a report in that directory, for whoever counts. */
export function testReporters(name: string): Reporters {
  const directory = process.env['TEST_REPORTS_DIR'];
  return directory === undefined ? ['default'] : ['default', ['json', { outputFile: join(directory, `${name}.json`) }]];
}
