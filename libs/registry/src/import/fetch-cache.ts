import { LRUCache } from 'lru-cache';
import type { RemoteManifest } from '../client/registry-client.js';
import type { RemoteRepository } from '../client/remote-repository.js';
import type { Digest } from '../references/digest.js';

/**
 * Verified content of registries by digest, kept between imports in bounded memory.
 *
 * The key holds host and repository: whoever may read a manifest there may read what it refers to, and a manifest in
 * some other repository that names a foreign digest gets nothing.
 */
export class FetchCache {
  private readonly contents: LRUCache<string, CachedContent>;
  private readonly sizes = new LRUCache<string, number>({ max: 2_048 });

  /** @param maxBytes - of content that is kept. */
  constructor({ maxBytes = 33_554_432 }: { readonly maxBytes?: number } = {}) {
    this.contents = new LRUCache({ maxSize: maxBytes, sizeCalculation: sizeOf });
  }

  manifest(repository: RemoteRepository, digest: Digest): RemoteManifest | undefined {
    const found = this.contents.get(keyOf(repository, digest));
    return found?.kind === 'manifest' ? found.manifest : undefined;
  }

  keepManifest(repository: RemoteRepository, manifest: RemoteManifest): void {
    this.contents.set(keyOf(repository, manifest.digest), { kind: 'manifest', manifest });
  }

  config(repository: RemoteRepository, digest: Digest): string | undefined {
    const found = this.contents.get(keyOf(repository, digest));
    return found?.kind === 'config' ? found.text : undefined;
  }

  keepConfig(repository: RemoteRepository, digest: Digest, text: string): void {
    this.contents.set(keyOf(repository, digest), { kind: 'config', text });
  }

  layerSize(repository: RemoteRepository, digest: Digest): number | undefined {
    return this.sizes.get(keyOf(repository, digest));
  }

  keepLayerSize(repository: RemoteRepository, digest: Digest, size: number): void {
    this.sizes.set(keyOf(repository, digest), size);
  }
}

type CachedContent =
  { readonly kind: 'manifest'; readonly manifest: RemoteManifest } | { readonly kind: 'config'; readonly text: string };

/** A parsed manifest weighs several times its text. */
const sizeOf = (content: CachedContent): number =>
  content.kind === 'manifest' ? 1_024 + content.manifest.bytes.length * 4 : 256 + content.text.length;

/** Secure and insecure do not share: what came without TLS was verified against a digest that came without TLS. */
const keyOf = ({ host, name, insecure }: RemoteRepository, digest: Digest): string =>
  `${insecure ? 'insecure' : 'secure'} ${host}/${name}@${digest}`;
