import { join } from 'node:path';

type Reporters = (string | [string, Record<string, unknown>])[];

/** What is printed of a test run; with TAGLINE_TEST_REPORTS also a report in that directory, for whoever counts. */
export function testReporters(name: string): Reporters {
  const directory = process.env['TAGLINE_TEST_REPORTS'];
  return directory === undefined ? ['default'] : ['default', ['json', { outputFile: join(directory, `${name}.json`) }]];
}
