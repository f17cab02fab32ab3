import type { IndexEntry } from '../manifests/manifest.js';
import type { PlatformChoice } from './fetched-image.js';

export interface PlatformPreference {
  readonly architecture?: string | undefined;
  readonly os?: string | undefined;
}

export interface ChosenEntry {
  readonly entry: IndexEntry;
  readonly because: PlatformChoice['because'];
}

/**
 * The entry of a list that stands for the list: the preferred architecture and operating system, else `linux/amd64`,
 * else the first. Variants are not looked at; the first match wins. Undefined for an empty list.
 *
 * @param own - stands in for what the preference leaves open: where this server runs.
 */
export function choosePlatform(
  entries: readonly IndexEntry[],
  preference: PlatformPreference,
  own: Required<PlatformPreference> = serverPlatform(),
): ChosenEntry | undefined {
  const preferred = entryFor(entries, preference.architecture || own.architecture, preference.os || own.os);
  if (preferred !== undefined) return { entry: preferred, because: 'preferred' };
  const usual = entryFor(entries, 'amd64', 'linux');
  if (usual !== undefined) return { entry: usual, because: 'linux/amd64' };
  const [first] = entries;
  return first === undefined ? undefined : { entry: first, because: 'first' };
}

/** This machine in the words of image manifests. A laptop's own system runs its containers in a Linux. */
export function serverPlatform(): Required<PlatformPreference> {
  return {
    architecture: GO_ARCHITECTURES[process.arch] ?? process.arch,
    os: process.platform === 'win32' ? 'windows' : 'linux',
  };
}

const GO_ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
};

const entryFor = (
  entries: readonly IndexEntry[],
  architecture: string | undefined,
  os: string | undefined,
): IndexEntry | undefined =>
  entries.find(({ platform }) => platform?.architecture === architecture && platform?.os === os);
