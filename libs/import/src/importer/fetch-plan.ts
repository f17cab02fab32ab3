import {
  clientDefaults,
  exact,
  asRepository,
  parseReference,
  type DockerReference,
  type ImportMode,
} from '#lib/registry';
import type { ImageImport, RepositoryImport } from '../import-request.js';

/** Which image of a manifest list a tag prefers. */
export interface PreferredPlatform {
  readonly architecture?: string;
  readonly os?: string;
}

/** One thing to fetch, however many entries of a request ask for it. */
export interface PlannedFetch {
  /** As the user wrote it, in the first entry that asks for it. */
  readonly reference: DockerReference;
  readonly insecure: boolean;
  readonly mode: ImportMode;
  readonly preferred: PreferredPlatform;
}

export interface FetchPlan {
  /** Each once. */
  readonly fetches: ReadonlyMap<string, PlannedFetch>;
  /** For each entry of the request the key of its fetch, or why there is none. */
  readonly entries: readonly PlannedEntry[];
}

export type PlannedEntry =
  | { readonly kind: 'fetch'; readonly key: string; readonly reference: DockerReference }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * Plans what to fetch for the images of a request. Entries that mean the same source, platform and mode share a fetch;
 * those that differ in whether bad TLS is fine do not.
 *
 * @param preferredOf - what the spec tag that an entry will write prefers. Digests name one image, and have no preference.
 */
export function planFetches(
  images: readonly ImageImport[],
  preferredOf: (tag: string) => PreferredPlatform,
): FetchPlan {
  const fetches = new Map<string, PlannedFetch>();
  const entries = images.map((entry): PlannedEntry => {
    const reference = tryParse(entry.from);
    if (typeof reference === 'string') return { kind: 'unreadable', why: reference };
    const planned = plannedFetch(entry, reference, preferredOf);
    const key = keyOf(planned);
    if (!fetches.has(key)) fetches.set(key, planned);
    return { kind: 'fetch', key, reference };
  });
  return { fetches, entries };
}

/** Key under which {@link planFetches} has the fetch of one tag of a repository, if an image of the request names it. */
export const keyOfRepositoryTag = (repository: DockerReference, tag: string, spec: RepositoryImport): string =>
  keyOf({
    reference: { ...asRepository(repository), tag },
    insecure: spec.importPolicy.insecure === true,
    mode: modeOf(spec.importPolicy),
    preferred: {},
  });

/** The registry's tag that a reference means; a digest wins over a tag. */
export const tagOfReference = ({ id, tag }: DockerReference): string | undefined =>
  id === '' ? tag || 'latest' : undefined;

/** Anything but the one word means the old way, as it does in the original. */
export const modeOf = ({ importMode }: { readonly importMode: string }): ImportMode =>
  importMode === 'PreserveOriginal' ? 'PreserveOriginal' : 'Legacy';

/** Reads a pull spec; a string is the reason why it is none. */
export function tryParse(text: string): DockerReference | string {
  try {
    const parsed = parseReference(text);
    return parsed.name === '' ? 'a repository is missing' : parsed;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}

function plannedFetch(
  { to, importPolicy }: ImageImport,
  reference: DockerReference,
  preferredOf: (tag: string) => PreferredPlatform,
): PlannedFetch {
  const tag = tagOfReference(reference);
  const mode = modeOf(importPolicy);
  return {
    reference,
    insecure: importPolicy.insecure === true,
    mode,
    preferred: tag === undefined ? {} : preferredOf(to ?? tag),
  };
}

function keyOf({ reference, insecure, mode, preferred }: PlannedFetch): string {
  const { tag, ...rest } = clientDefaults(reference);
  const source = exact({ ...rest, tag: rest.id === '' ? tag : '' });
  return JSON.stringify([source, mode, insecure, preferred.architecture ?? '', preferred.os ?? '']);
}
