import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The programs that the system tests drive, and the Debian packages that bring them. */
const PACKAGES = {
  kubectl: 'kubernetes-client',
  'docker-registry': 'docker-registry',
  skopeo: 'skopeo',
} as const;

export type Tool = keyof typeof PACKAGES;

/**
 * Path of a program that a test needs.
 *
 * @throws Error naming the package when the program is not there: a test that cannot run has failed.
 */
export function tool(name: Tool): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
  }
  throw new Error(`${name} is not on the PATH; it comes with Debian's package ${PACKAGES[name]}`);
}

/**
 * Whether kubectl is of this version or a later one. What an older kubectl cannot do cannot be seen with it; such a test
 * says in its name what it needs, and shows as skipped.
 */
export function kubectlIsAtLeast(version: `1.${number}`): boolean {
  const printed = execFileSync(tool('kubectl'), ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const { clientVersion } = JSON.parse(printed) as { clientVersion: { minor: string } };
  return Number.parseInt(clientVersion.minor, 10) >= Number(version.slice(2));
}
