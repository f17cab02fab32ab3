import { LRUCache } from 'lru-cache';
import { RegistryError } from '../registry-error.js';
import type { RegistryTransport } from './registry-transport.js';
import type { RemoteRepository } from './remote-repository.js';

/**
 * Finds out how a registry is talked to: HTTPS always, except that one which may be insecure gets plain HTTP when
 * HTTPS leads nowhere. What was found holds for some minutes.
 */
export class EndpointFinder {
  private readonly found = new LRUCache<string, string>({ max: 1_000, ttl: 600_000 });

  constructor(private readonly transport: RegistryTransport) {}

  /** `https://host[:port]` or `http://host[:port]`. */
  async endpointOf({ host, insecure }: Omit<RemoteRepository, 'name'>, signal?: AbortSignal): Promise<string> {
    if (!insecure) return `https://${host}`;
    const known = this.found.get(host);
    if (known !== undefined) return known;
    const endpoint = await this.firstThatAnswers(host, signal);
    this.found.set(host, endpoint);
    return endpoint;
  }

  private async firstThatAnswers(host: string, signal: AbortSignal | undefined): Promise<string> {
    try {
      await this.probe(`https://${host}`, signal);
      return `https://${host}`;
    } catch (error) {
      if (!(error instanceof RegistryError) || !NO_TLS_THERE.has(error.code)) throw error;
      await this.probe(`http://${host}`, signal);
      return `http://${host}`;
    }
  }

  private async probe(endpoint: string, signal: AbortSignal | undefined): Promise<void> {
    await this.transport.probe({
      method: 'GET',
      url: new URL('/v2/', endpoint),
      headers: {},
      maxBytes: MAX_PROBE_BYTES,
      insecure: true,
      signal,
    });
  }
}

const MAX_PROBE_BYTES = 262_144;
const NO_TLS_THERE: ReadonlySet<RegistryError['code']> = new Set([
  'http-only-needs-insecure',
  'unreachable',
  'timed-out',
  'not-a-registry',
]);
