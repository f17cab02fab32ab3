import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The programs that the system tests drive, and the Debian packages that bring them. */
const PACKAGES = {
  kubectl: 'kubernetes-client',
  'docker-registry': 'docker-registry',
  skopeo: 'skopeo',
  openssl: 'openssl',
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

/**
 * The releases of kubectl that lie beside the one on the PATH, as some distributions install several:
 * `kubectl.1.27` and so on, oldest first. Where there are none, the one on the PATH.
 */
export function kubectlReleases(): readonly { readonly release: string; readonly program: string }[] {
  const program = tool('kubectl');
  const folder = dirname(realpathSync(program));
  const beside = readdirSync(folder)
    .filter((name) => /^kubectl\.1\.\d+$/.test(name))
    .sort((a, b) => minorOf(a) - minorOf(b))
    .map((name) => ({ release: name.slice('kubectl.'.length), program: join(folder, name) }));
  return beside.length > 0 ? beside : [{ release: 'on the PATH', program }];
}

const minorOf = (name: string): number => Number(name.slice(name.lastIndexOf('.') + 1));
