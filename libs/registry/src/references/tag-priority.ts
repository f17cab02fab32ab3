import { compare, parse, type SemVer } from 'semver';

/**
 * Tags in the order in which a repository import takes them: `latest`, minor versions (`1.2`, `v1.2-rc1`), full
 * versions, everything else. Versions go from high to low, and one without `v` before its twin with it; the rest is
 * in the order of its characters.
 */
export function byTagPriority(tags: readonly string[]): string[] {
  return tags
    .map(rank)
    .sort(compareRanks)
    .map(({ tag }) => tag);
}

type Rank = { readonly tag: string } & (
  | { readonly group: typeof LATEST | typeof OTHER }
  | { readonly group: typeof MINOR | typeof FULL; readonly version: SemVer; readonly prefix: '' | 'v' }
);

const LATEST = 0;
const MINOR = 1;
const FULL = 2;
const OTHER = 3;

const MINOR_VERSION = /^(\d+\.\d+)(-\w+)?$/;

function rank(tag: string): Rank {
  if (tag === 'latest') return { tag, group: LATEST };
  const prefix = tag.startsWith('v') ? 'v' : '';
  const text = tag.slice(prefix.length);
  const full = strictVersion(text);
  if (full !== null) return { tag, group: FULL, version: full, prefix };
  const [, numbers = '', suffix = ''] = MINOR_VERSION.exec(text) ?? [];
  const minor = numbers === '' ? null : strictVersion(`${numbers}.0${suffix}`);
  return minor === null ? { tag, group: OTHER } : { tag, group: MINOR, version: minor, prefix };
}

/** The parser of `semver` lets a `v` pass, which has been taken off already. */
const strictVersion = (text: string): SemVer | null => (/^\d/.test(text) ? parse(text) : null);

function compareRanks(a: Rank, b: Rank): number {
  if (a.group !== b.group) return a.group - b.group;
  if ('version' in a && 'version' in b) {
    return compare(b.version, a.version) || byCharacters(a.prefix, b.prefix);
  }
  return byCharacters(a.tag, b.tag);
}

const byCharacters = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
