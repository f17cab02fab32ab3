import {
  anonymous,
  ImageFetcher,
  RegistryClient,
  RegistryError,
  type CredentialSource,
  type DockerReference,
  type FetchedImage,
  type PlatformPreference,
  type PullSources,
  type RegistryLimits,
  type RegistryTransport,
} from '#lib/registry';
import type { ImageOutcome, ImportFindings, RepositoryOutcome } from '../import-outcome.js';
import type { ImportRequest, RepositoryImport } from '../import-request.js';
import { withDeadline } from './deadline.js';
import { FetchCaches } from './fetch-caches.js';
import {
  keyOfRepositoryTag,
  planFetches,
  tagOfReference,
  tryParse,
  type FetchPlan,
  type PreferredPlatform,
} from './fetch-plan.js';
import { ImportAttempt, type Fetched } from './import-attempt.js';
import { fetchFailure, listingFailure, someTagsFailed, unreadableReference } from './import-failure.js';
import { ProgressMeter, type ImportProgress } from './import-progress.js';
import { fetchedBytes, foundImage, UnusableImageError, withoutManifest } from './imported-image.js';
import { keyringOf, type PullSecretsOf } from './pull-credentials.js';

export interface ImporterOptions {
  /** The connections of the process. */
  readonly transport: RegistryTransport;
  /** Mirrors, blocked and insecure registries. */
  readonly sources?: PullSources;
  readonly pullSecretsOf: PullSecretsOf;
  /** Manifests that one import fetches at the same time; default 8. */
  readonly concurrency?: number;
  /** Tags of a repository that one import takes on; 0 or less, the default, means all. */
  readonly maxTagsPerRepository?: number;
  /** Milliseconds that one import may take; default five minutes. */
  readonly timeoutMs?: number;
  readonly limits?: Partial<RegistryLimits>;
  /** Stands in for a platform that a tag does not prefer; default: where this server runs. */
  readonly ownPlatform?: Required<PlatformPreference>;
}

/** What one run of the importer depends on besides the request. */
export interface ImporterRun {
  readonly now: Date;
  /** What the spec tag of the stream prefers of a manifest list. */
  readonly preferredOf: (tag: string) => PreferredPlatform;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

const DEFAULT_TIMEOUT_MS = 300_000;

/** Fetches what a request asks for, and says of each image what became of it. Writes nothing. */
export class Importer {
  private readonly caches = new FetchCaches();

  constructor(private readonly options: ImporterOptions) {}

  /**
   * Never throws for what a registry does: that is in the findings.
   *
   * @throws ImportInterruptedError when the run's signal aborts.
   */
  async find(request: ImportRequest, run: ImporterRun): Promise<ImportFindings> {
    const { pullSecretsOf, timeoutMs = DEFAULT_TIMEOUT_MS } = this.options;
    const credentials = keyringOf(await pullSecretsOf(request.namespace));
    const meter = new ProgressMeter(run.onProgress ?? (() => undefined));
    return withDeadline(timeoutMs, run.signal, async (signal) => {
      const attempts = this.attempts(request.namespace, credentials, signal, meter);
      const plan = planFetches(request.images, run.preferredOf);
      const fetched = await fetchPlanned(plan, attempts);
      const images = request.images.map((entry, index) => {
        const outcome = entryOutcome(plan, index, entry.from, fetched, run.now);
        return entry.includeManifest ? outcome : trimmed(outcome);
      });
      if (request.repository === undefined) return { images };
      const repository = await findRepository(request.repository, attempts, { fetched, meter, now: run.now });
      return { images, repository };
    });
  }

  /** With the credentials of the namespace, and without any. */
  private attempts(
    namespace: string,
    credentials: CredentialSource,
    signal: AbortSignal,
    meter: ProgressMeter,
  ): Attempts {
    const { transport, sources, limits, ownPlatform, concurrency = 8, maxTagsPerRepository = 0 } = this.options;
    const attempt = (source: CredentialSource): ImportAttempt => {
      const client = new RegistryClient({ transport, credentials: source, ...(limits && { limits }) });
      const fetcher = new ImageFetcher({
        client,
        cache: this.caches.of(namespace),
        ...(sources && { sources }),
        ...(ownPlatform && { ownPlatform }),
      });
      return new ImportAttempt(fetcher, { concurrency, maxTags: Math.max(0, maxTagsPerRepository), signal, meter });
    };
    return { first: attempt(credentials), withoutCredentials: () => attempt(anonymous) };
  }
}

interface Attempts {
  readonly first: ImportAttempt;
  readonly withoutCredentials: () => ImportAttempt;
}

/** Fetches what is planned; what failed for wrong credentials is tried again without any: they must not block a public image. */
async function fetchPlanned({ fetches }: FetchPlan, attempts: Attempts): Promise<ReadonlyMap<string, Fetched>> {
  const results = new Map(await attempts.first.fetchAll(fetches));
  const refused = new Map(
    [...fetches].filter(([key]) => {
      const fetched = results.get(key);
      return fetched?.kind === 'error' && blamesCredentials(fetched.error);
    }),
  );
  if (refused.size === 0) return results;
  for (const [key, again] of await attempts.withoutCredentials().fetchAll(refused)) {
    if (again.kind === 'image' || !asksForCredentials(again.error)) results.set(key, again);
  }
  return results;
}

const blamesCredentials = ({ code, details }: RegistryError): boolean =>
  code === 'bad-credentials' || (details.causes ?? []).some(blamesCredentials);

const asksForCredentials = ({ code }: RegistryError): boolean => code === 'unauthorized' || code === 'bad-credentials';

function entryOutcome(
  { entries }: FetchPlan,
  index: number,
  from: string,
  fetched: ReadonlyMap<string, Fetched>,
  now: Date,
): ImageOutcome {
  const entry = entries[index];
  if (entry?.kind !== 'fetch') {
    return { result: { kind: 'failed', failure: unreadableReference(from, entry?.why ?? '') } };
  }
  const result = fetched.get(entry.key);
  if (result === undefined) throw new Error(`nothing was fetched for ${from}`);
  return outcomeOf(result, entry.reference, now);
}

/** @param written - the reference as the user wrote it. */
function outcomeOf(fetched: Fetched, written: DockerReference, now: Date): ImageOutcome {
  const tag = tagOfReference(written);
  const named = tag === undefined ? {} : { tag };
  if (fetched.kind === 'error') {
    return { ...named, result: { kind: 'failed', failure: fetchFailure(fetched.error, written) } };
  }
  return { ...named, result: usable(fetched.image, written, now) };
}

function usable(image: FetchedImage, written: DockerReference, now: Date): ImageOutcome['result'] {
  try {
    return foundImage(image, written, now);
  } catch (error) {
    if (error instanceof UnusableImageError) return { kind: 'failed', failure: error.failure };
    throw error;
  }
}

function trimmed(outcome: ImageOutcome): ImageOutcome {
  const { result } = outcome;
  if (result.kind === 'failed') return outcome;
  const { image, manifests } = result;
  return {
    ...outcome,
    result: { ...result, image: withoutManifest(image), manifests: manifests.map(withoutManifest) },
  };
}

interface RepositoryRun {
  /** What the images of the request have fetched. */
  readonly fetched: ReadonlyMap<string, Fetched>;
  readonly meter: ProgressMeter;
  readonly now: Date;
}

async function findRepository(
  spec: RepositoryImport,
  attempts: Attempts,
  { fetched, meter, now }: RepositoryRun,
): Promise<RepositoryOutcome> {
  const none = { images: [], additionalTags: [] };
  const reference = tryParse(spec.from);
  if (typeof reference === 'string') return { ...none, failure: unreadableReference(spec.from, reference) };
  const repository = await listed(spec, reference, attempts);
  if (repository instanceof RegistryError) return { ...none, failure: listingFailure(repository, reference) };

  const images: ImageOutcome[] = [];
  const take = (tag: string, result: Fetched): void => {
    const outcome = { ...outcomeOf(result, { ...reference, tag, id: '' }, now), tag };
    images.push(spec.includeManifest ? outcome : trimmed(outcome));
  };
  for await (const { tag, result } of repository) {
    const bytes = 'image' in result ? fetchedBytes(result.image) : 0;
    meter.finished(bytes);
    take(tag, 'image' in result ? { kind: 'image', image: result.image } : { kind: 'error', error: result.error });
  }
  // Tags beyond the limit that the request names one by one have been fetched all the same.
  const known = (tag: string): Fetched | undefined => fetched.get(keyOfRepositoryTag(reference, tag, spec));
  const additionalTags: string[] = [];
  for (const tag of repository.additionalTags) {
    const result = known(tag);
    if (result === undefined) additionalTags.push(tag);
    else take(tag, withoutChildren(result));
  }
  const failed = images.filter(({ result }) => result.kind === 'failed').length;
  return { images, additionalTags, ...(failed === 0 ? {} : { failure: someTagsFailed(failed) }) };
}

async function listed(
  spec: RepositoryImport,
  reference: DockerReference,
  attempts: Attempts,
): ReturnType<ImportAttempt['listRepository']> {
  const result = await attempts.first.listRepository(reference, spec);
  if (!(result instanceof RegistryError) || !blamesCredentials(result)) return result;
  const again = await attempts.withoutCredentials().listRepository(reference, spec);
  return again instanceof RegistryError && asksForCredentials(again) ? result : again;
}

function withoutChildren(fetched: Fetched): Fetched {
  if (fetched.kind === 'error') return fetched;
  const { children: _children, ...image } = fetched.image;
  return { kind: 'image', image };
}
