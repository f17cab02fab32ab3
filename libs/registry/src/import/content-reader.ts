import type { RegistryClient, RemoteManifest } from '../client/registry-client.js';
import type { RemoteRepository } from '../client/remote-repository.js';
import { decodeText } from '../manifests/json-document.js';
import type { Descriptor } from '../manifests/manifest.js';
import { isDigest, type Digest } from '../references/digest.js';
import { RegistryError } from '../registry-error.js';
import type { FetchCache } from './fetch-cache.js';

/**
 * Reads the parts of images for one operation. What is named by digest is read once, however many images of the
 * operation share it and however many want it at the same moment.
 */
export class ContentReader {
  private readonly pending = new Map<string, Promise<unknown>>();

  constructor(
    private readonly client: RegistryClient,
    private readonly cache: FetchCache,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async manifest(repository: RemoteRepository, tagOrDigest: string): Promise<RemoteManifest> {
    const known = isDigest(tagOrDigest) ? this.cache.manifest(repository, tagOrDigest) : undefined;
    if (known !== undefined) return known;
    return this.once(`manifest ${locationOf(repository)} ${tagOrDigest}`, async () => {
      const manifest = await this.client.getManifest(repository, tagOrDigest, { signal: this.signal });
      this.cache.keepManifest(repository, manifest);
      return manifest;
    });
  }

  /** The text of an image configuration. */
  async config(repository: RemoteRepository, { digest, size }: Descriptor): Promise<string> {
    const known = this.cache.config(repository, digest);
    if (known !== undefined) return known;
    const limit = this.client.limits.maxConfigBytes;
    if (size > limit) throw new RegistryError('too-large', `the image configuration is larger than ${limit} bytes`);
    return this.once(`config ${locationOf(repository)} ${digest}`, async () => {
      const bytes = await this.client.getBlob(repository, digest, limit, { signal: this.signal });
      const text = decodeText(bytes);
      this.cache.keepConfig(repository, digest, text);
      return text;
    });
  }

  /** The size of a layer in bytes. */
  async layerSize(repository: RemoteRepository, digest: Digest): Promise<number> {
    const known = this.cache.layerSize(repository, digest);
    if (known !== undefined) return known;
    return this.once(`size ${locationOf(repository)} ${digest}`, async () => {
      const size = await this.client.blobSize(repository, digest, { signal: this.signal });
      this.cache.keepLayerSize(repository, digest, size);
      return size;
    });
  }

  private once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const pending = this.pending.get(key) as Promise<T> | undefined;
    if (pending !== undefined) return pending;
    const reading = read().finally(() => this.pending.delete(key));
    this.pending.set(key, reading);
    return reading;
  }
}

const locationOf = ({ host, name, insecure }: RemoteRepository): string => `${host}/${name} ${insecure}`;
