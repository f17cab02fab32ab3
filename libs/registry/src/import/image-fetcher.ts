import type { RegistryClient, RemoteManifest } from '../client/registry-client.js';
import { remoteRepository, type RemoteRepository } from '../client/remote-repository.js';
import { decodeText, malformed } from '../manifests/json-document.js';
import type { ManifestIndex } from '../manifests/manifest.js';
import { asRepository, clientDefaults, exact, mostSpecific, type DockerReference } from '../references/reference.js';
import { abortError, RegistryError } from '../registry-error.js';
import { PullSources, type PullSource } from '../rules/pull-sources.js';
import { ContentReader } from './content-reader.js';
import { FetchCache } from './fetch-cache.js';
import type { FetchedImage, ImportMode, SourceAttempt } from './fetched-image.js';
import { orderedWindow } from './ordered-window.js';
import { choosePlatform, type PlatformPreference } from './platform-choice.js';
import { FetchedRepository, listForImport, type RepositoryFetchOptions } from './repository-fetch.js';
import { schema1Layers } from './schema1-layers.js';

export interface ImageFetcherOptions {
  /** Carries the credentials of whoever imports. */
  readonly client: RegistryClient;
  readonly sources?: PullSources;
  /** Shared by fetchers whose users may see the same images: credentials are no part of its keys. */
  readonly cache?: FetchCache;
  /** Stands in for a preference that is not given; default: where this server runs. */
  readonly ownPlatform?: Required<PlatformPreference>;
}

export interface FetchOptions {
  /** What the request allows; a rule for the place can allow it too. */
  readonly insecure?: boolean;
  readonly mode?: ImportMode;
  /** Looked at in mode `Legacy` only. */
  readonly preferArch?: string | undefined;
  readonly preferOs?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches images for an import: from the first place that delivers, with the image for one platform or all of them.
 *
 * Methods throw RegistryError; `blocked` when no place may be contacted, `all-sources-failed` when several failed.
 */
export class ImageFetcher {
  private readonly client: RegistryClient;
  private readonly sources: PullSources;
  private readonly cache: FetchCache;
  private readonly ownPlatform: Required<PlatformPreference> | undefined;

  constructor({ client, sources = new PullSources(), cache = new FetchCache(), ownPlatform }: ImageFetcherOptions) {
    this.client = client;
    this.sources = sources;
    this.cache = cache;
    this.ownPlatform = ownPlatform;
  }

  /** The image that a reference names; its digest decides before its tag, and `latest` where there is neither. */
  fetch(reference: DockerReference, options: FetchOptions = {}): Promise<FetchedImage> {
    return this.fetchFromSources(reference, options, this.reader(options.signal));
  }

  /** Lists a repository's tags and starts to fetch them in order of priority. */
  async fetchRepository(reference: DockerReference, options: RepositoryFetchOptions): Promise<FetchedRepository> {
    const source = this.sources.sourceOf(reference, options);
    if (source === undefined) throw blocked(reference);
    const repository = remoteRepository(source.reference, source.insecure);
    const listed = await this.client.listTags(repository, { signal: options.signal });
    return new FetchedRepository(listForImport(listed, options.max), options, (signal) => {
      // One reader for all tags, so that they share what they have in common.
      const reader = this.reader(signal);
      return (tag) => this.fetchFromSources({ ...asRepository(reference), tag }, { ...options, signal }, reader);
    });
  }

  private async fetchFromSources(
    reference: DockerReference,
    options: FetchOptions,
    reader: ContentReader,
  ): Promise<FetchedImage> {
    const attempts: SourceAttempt[] = [];
    for (const source of this.sources.of(reference, options)) {
      if (options.signal?.aborted) throw abortError(options.signal);
      const attempt = { reference: exact(mostSpecific(source.reference)), isMirror: source.isMirror };
      try {
        const image = await this.fetchFromSource(source, reference, options, reader);
        return { ...image, attempts: [...attempts, attempt] };
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        if (options.signal?.aborted) throw abortError(options.signal);
        attempts.push({ ...attempt, error });
      }
    }
    throw failureOf(attempts, reference);
  }

  private async fetchFromSource(
    source: PullSource,
    reference: DockerReference,
    options: FetchOptions,
    reader: ContentReader,
  ): Promise<PlainImage> {
    const place = remoteRepository(source.reference, source.insecure);
    const found = await reader.manifest(place, source.reference.id || source.reference.tag);
    const { manifest } = found;
    if (manifest.kind !== 'index') return imageOf(found, place, reader);
    if (options.mode === 'PreserveOriginal') return this.wholeList(found, manifest, reference, options, reader);
    return this.oneOfList(found, manifest, place, options, reader);
  }

  /** The list as it is, with the image of each entry; those go through all sources again. */
  private async wholeList(
    found: RemoteManifest,
    index: ManifestIndex,
    reference: DockerReference,
    { insecure = false, signal }: FetchOptions,
    reader: ContentReader,
  ): Promise<PlainImage> {
    if (index.manifests.length > MAX_LIST_ENTRIES) {
      throw new RegistryError('too-large', `the manifest list has more than ${MAX_LIST_ENTRIES} entries`);
    }
    const children: FetchedImage[] = [];
    const fetchEntry = ({ digest }: { readonly digest: string }) =>
      this.fetchFromSources({ ...asRepository(reference), id: digest }, { insecure, signal, mode: 'Legacy' }, reader);
    for await (const child of orderedWindow(index.manifests, CHILDREN_AT_ONCE, fetchEntry)) children.push(child);
    return { manifest: manifestOf(found), layers: [], list: index.manifests, children };
  }

  /** The image of the entry that suits best; an entry that is a list itself is looked into the same way. */
  private async oneOfList(
    found: RemoteManifest,
    index: ManifestIndex,
    place: RemoteRepository,
    { preferArch, preferOs }: FetchOptions,
    reader: ContentReader,
    depth = 1,
  ): Promise<PlainImage> {
    if (depth > MAX_LIST_DEPTH) throw malformed(`manifest lists are nested more than ${MAX_LIST_DEPTH} deep`);
    const choice = choosePlatform(index.manifests, { architecture: preferArch, os: preferOs }, this.ownPlatform);
    if (choice === undefined) throw malformed('no manifests in manifest list');
    const entry = await reader.manifest(place, choice.entry.digest);
    const image =
      entry.manifest.kind === 'index'
        ? await this.oneOfList(entry, entry.manifest, place, { preferArch, preferOs }, reader, depth + 1)
        : await imageOf(entry, place, reader);
    const list = { digest: found.digest, mediaType: index.mediaType };
    return { ...image, platformChoice: { list, chosen: choice.entry, because: choice.because } };
  }

  private reader(signal: AbortSignal | undefined): ContentReader {
    return new ContentReader(this.client, this.cache, signal);
  }
}

type PlainImage = Omit<FetchedImage, 'attempts'>;

/** Lists in the field have some dozens: every entry costs requests and a stored image. */
const MAX_LIST_ENTRIES = 256;
const MAX_LIST_DEPTH = 4;
const CHILDREN_AT_ONCE = 4;

async function imageOf(found: RemoteManifest, place: RemoteRepository, reader: ContentReader): Promise<PlainImage> {
  const { manifest } = found;
  switch (manifest.kind) {
    case 'schema1':
      return { manifest: manifestOf(found), layers: await schema1Layers(manifest, place, reader) };
    case 'image': {
      const { config, layers } = manifest;
      const text = await reader.config(place, config);
      return { manifest: manifestOf(found), config: { digest: config.digest, text }, layers };
    }
    case 'index':
      throw malformed('a manifest list stands where an image should');
  }
}

const manifestOf = ({ manifest, digest, bytes }: RemoteManifest): FetchedImage['manifest'] => ({
  mediaType: manifest.mediaType,
  digest,
  text: decodeText(bytes),
});

function failureOf(attempts: readonly SourceAttempt[], reference: DockerReference): RegistryError {
  const causes = attempts.flatMap(({ error }) => error ?? []);
  const [first] = causes;
  if (first === undefined) return blocked(reference);
  if (causes.length === 1) return first;
  return new RegistryError('all-sources-failed', `[${causes.map(({ message }) => message).join(', ')}]`, { causes });
}

const blocked = (reference: DockerReference): RegistryError => {
  const host = clientDefaults(reference).registry;
  return new RegistryError('blocked', `registry ${host} blocked`, { host });
};
