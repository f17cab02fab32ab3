import { RegistryError } from '#lib/registry';
import type { DockerReference, FetchedImage, FetchedRepository, ImageFetcher } from '#lib/registry';
import { eachAtOnce } from '../at-once.js';
import type { RepositoryImport } from '../import-request.js';
import { modeOf, type PlannedFetch } from './fetch-plan.js';
import { fetchedBytes } from './imported-image.js';
import type { ProgressMeter } from './import-progress.js';

/** What a fetch delivered. */
export type Fetched =
  { readonly kind: 'image'; readonly image: FetchedImage } | { readonly kind: 'error'; readonly error: RegistryError };

export interface AttemptOptions {
  /** Fetches at the same time. */
  readonly concurrency: number;
  /** Tags of a repository; 0 means all. */
  readonly maxTags: number;
  readonly signal: AbortSignal;
  readonly meter: ProgressMeter;
}

/** Fetches on behalf of one set of credentials. */
export class ImportAttempt {
  constructor(
    private readonly fetcher: ImageFetcher,
    private readonly options: AttemptOptions,
  ) {}

  /** Fetches several things at a time. */
  async fetchAll(fetches: ReadonlyMap<string, PlannedFetch>): Promise<ReadonlyMap<string, Fetched>> {
    const { concurrency, meter } = this.options;
    const results = new Map<string, Fetched>();
    meter.expect(fetches.size);
    await eachAtOnce(fetches, concurrency, async ([key, planned]) => {
      const fetched = await this.fetch(planned);
      results.set(key, fetched);
      meter.finished(fetched.kind === 'image' ? fetchedBytes(fetched.image) : 0);
    });
    return results;
  }

  /** Lists a repository. Its tags are fetched while they are read. */
  async listRepository(
    reference: DockerReference,
    { importPolicy }: RepositoryImport,
  ): Promise<FetchedRepository | RegistryError> {
    const { concurrency, maxTags, signal, meter } = this.options;
    const options = {
      max: maxTags,
      insecure: importPolicy.insecure === true,
      mode: modeOf(importPolicy),
      concurrency,
      signal,
    };
    const repository = await orError(() => this.fetcher.fetchRepository(reference, options));
    if (!(repository instanceof RegistryError)) meter.expect(repository.tags.length);
    return repository;
  }

  private async fetch({ reference, insecure, mode, preferred }: PlannedFetch): Promise<Fetched> {
    const { architecture, os } = preferred;
    const options = { insecure, mode, preferArch: architecture, preferOs: os, signal: this.options.signal };
    const image = await orError(() => this.fetcher.fetch(reference, options));
    return image instanceof RegistryError ? { kind: 'error', error: image } : { kind: 'image', image };
  }
}

async function orError<T>(run: () => Promise<T>): Promise<T | RegistryError> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
}
