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
