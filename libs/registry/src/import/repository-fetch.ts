import { isTag } from '../references/reference-grammar.js';
import { byTagPriority } from '../references/tag-priority.js';
import { RegistryError } from '../registry-error.js';
import type { FetchedImage, ImportMode } from './fetched-image.js';
import { orderedWindow } from './ordered-window.js';

export interface RepositoryFetchOptions {
  /** How many tags to fetch; 0 fetches all. The rest is only named. */
  readonly max: number;
  readonly insecure?: boolean;
  readonly mode?: ImportMode;
  /** Tags that are fetched at the same time. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one tag. */
export interface FetchedTag {
  readonly tag: string;
  readonly result: { readonly image: FetchedImage } | { readonly error: RegistryError };
}

export interface TagSelection {
  /** In order of priority. */
  readonly tags: readonly string[];
  /** Beyond the limit, in order of priority. */
  readonly additionalTags: readonly string[];
}

/** Orders listed tags and parts them at the limit. An empty name means `latest`; doubles are dropped. */
export function listForImport(listed: readonly string[], max: number): TagSelection {
  const ordered = byTagPriority([...new Set(listed.map((tag) => tag || 'latest'))]);
  return max > 0
    ? { tags: ordered.slice(0, max), additionalTags: ordered.slice(max) }
    : { tags: ordered, additionalTags: [] };
}

/**
 * The tags of a repository while they are being fetched: iterating yields each with its image or its error, in order of
 * priority. Images are fetched as the reader goes on, a few ahead; leaving the loop stops the rest.
 */
export class FetchedRepository implements AsyncIterable<FetchedTag> {
  readonly tags: readonly string[];
  readonly additionalTags: readonly string[];

  /** @param reading - begins one pass over the tags and gives what fetches one of them. */
  constructor(
    { tags, additionalTags }: TagSelection,
    private readonly options: Pick<RepositoryFetchOptions, 'concurrency' | 'signal'>,
    private readonly reading: (signal: AbortSignal) => (tag: string) => Promise<FetchedImage>,
  ) {
    this.tags = tags;
    this.additionalTags = additionalTags;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FetchedTag, void, undefined> {
    const { signal, concurrency = DEFAULT_CONCURRENCY } = this.options;
    const left = new AbortController();
    const fetchImage = this.reading(signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]));
    try {
      yield* orderedWindow(this.tags, concurrency, (tag) => fetchTag(tag, fetchImage));
    } finally {
      left.abort();
    }
  }
}

const DEFAULT_CONCURRENCY = 8;

async function fetchTag(tag: string, fetchImage: (tag: string) => Promise<FetchedImage>): Promise<FetchedTag> {
  try {
    if (!isTag(tag)) throw new RegistryError('malformed', `${JSON.stringify(tag.slice(0, 200))} is not a tag`);
    return { tag, result: { image: await fetchImage(tag) } };
  } catch (error) {
    if (error instanceof RegistryError) return { tag, result: { error } };
    throw error;
  }
}
