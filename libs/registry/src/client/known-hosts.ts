import { LRUCache } from 'lru-cache';
import { RegistryError } from '../registry-error.js';
import type { Challenge } from './authentication/challenge.js';
import type { HttpRequest, HttpResponse } from './http-message.js';

/** A registry's host and whether it may be talked to without trusted TLS. */
export interface RegistryHost {
  readonly host: string;
  readonly insecure: boolean;
}

/**
 * What was learned about registries, for some minutes: how they are talked to, and what they ask callers for. It holds
 * for every caller, so all clients share it.
 */
export class KnownHosts {
  private readonly endpoints = new LRUCache<string, string>({ max: MAX_HOSTS, ttl: KEPT_MS });
  private readonly challenges = new LRUCache<string, Challenge>({ max: MAX_HOSTS, ttl: KEPT_MS });

  /** @param probe - sends a request once. */
  constructor(private readonly probe: (request: HttpRequest) => Promise<HttpResponse>) {}

  /**
   * `https://host[:port]`, always, except that a registry which may be insecure gets `http://host[:port]` when HTTPS
   * leads nowhere.
   */
  async endpointOf({ host, insecure }: RegistryHost, signal?: AbortSignal): Promise<string> {
    if (!insecure) return `https://${host}`;
    const known = this.endpoints.get(host);
    if (known !== undefined) return known;
    const endpoint = await this.firstThatAnswers(host, signal);
    this.endpoints.set(host, endpoint);
    return endpoint;
  }

  challengeOf(host: RegistryHost): Challenge | undefined {
    return this.challenges.get(keyOf(host));
  }

  learnChallenge(host: RegistryHost, challenge: Challenge): void {
    this.challenges.set(keyOf(host), challenge);
  }

  private async firstThatAnswers(host: string, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await this.answering(`https://${host}`, signal);
    } catch (error) {
      if (!(error instanceof RegistryError) || !NO_TLS_THERE.has(error.code)) throw error;
      return this.answering(`http://${host}`, signal);
    }
  }

  private async answering(endpoint: string, signal: AbortSignal | undefined): Promise<string> {
    const url = new URL('/v2/', endpoint);
    await this.probe({ method: 'GET', url, headers: {}, maxBytes: MAX_PROBE_BYTES, insecure: true, signal });
    return endpoint;
  }
}

const MAX_HOSTS = 1_000;
const KEPT_MS = 600_000;
const MAX_PROBE_BYTES = 262_144;
const NO_TLS_THERE: ReadonlySet<RegistryError['code']> = new Set([
  'http-only-needs-insecure',
  'unreachable',
  'timed-out',
  'not-a-registry',
]);

const keyOf = ({ host, insecure }: RegistryHost): string => `${insecure ? 'insecure' : 'secure'} ${host}`;
