import { LRUCache } from 'lru-cache';
import { FetchCache } from '#lib/registry';

const NAMESPACES = 64;
const BYTES_PER_NAMESPACE = 4_194_304;

/**
 * Fetched content that outlives an import, apart for each namespace: what one namespace could read with its credentials
 * must not reach another that only knows the digest.
 */
export class FetchCaches {
  private readonly caches = new LRUCache<string, FetchCache>({ max: NAMESPACES });

  of(namespace: string): FetchCache {
    let cache = this.caches.get(namespace);
    if (cache === undefined) {
      cache = new FetchCache({ maxBytes: BYTES_PER_NAMESPACE });
      this.caches.set(namespace, cache);
    }
    return cache;
  }
}
