import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { Agent, fetch } from 'undici';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1024 * 1024;
/** A provider that cannot be reached is left alone for so long. */
const PAUSE_MS = 10_000;
/** A token that names an unknown key makes the keys be looked up again, but not more often than this. */
const COOLDOWN_MS = 10_000;
const DISCOVERY_PATH = '/.well-known/openid-configuration';

export interface OidcProviderOptions {
  /** URL of the provider, as it stands in its tokens. */
  readonly issuer: string;
  /** PEM of authorities that the provider is trusted by, in place of those of the system. */
  readonly ca?: string | undefined;
  /** Told when the provider cannot be asked, and the keys that are known go on to be used. */
  readonly onUnavailable?: (error: unknown) => void;
  readonly timeoutMs?: number;
}

/**
 * The keys of an OpenID provider: looked up when the first token comes, and again from time to time and when a token
 * names a key that is new. While the provider cannot be reached, the keys that it had stay in force.
 */
export class OidcProvider {
  private readonly agent: Agent;
  private found: Promise<JWTVerifyGetKey> | undefined;
  private readonly timeoutMs: number;
  private pauseUntil = 0;

  constructor(private readonly options: OidcProviderOptions) {
    const { ca, timeoutMs = TIMEOUT_MS } = options;
    this.timeoutMs = timeoutMs;
    this.agent = new Agent({ connect: ca === undefined ? {} : { ca }, connections: 2 });
  }

  /** @throws when the provider cannot be asked, or is not the one that it should be. */
  keys(): Promise<JWTVerifyGetKey> {
    this.found ??= this.discover().catch((error: unknown) => {
      this.found = undefined;
      this.pause();
      throw error;
    });
    return this.found;
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    const { issuer } = this.options;
    const url = `${issuer.replace(/\/$/, '')}${DISCOVERY_PATH}`;
    const response = await this.get(url, AbortSignal.timeout(this.timeoutMs));
    const document = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (document.issuer !== issuer) throw new Error(`${url} is about another issuer`);
    const location = typeof document.jwks_uri === 'string' ? new URL(document.jwks_uri) : undefined;
    if (location?.protocol !== 'https:') throw new Error(`${url} names no https address of its keys`);
    const remote = createRemoteJWKSet(location, {
      timeoutDuration: this.timeoutMs,
      cooldownDuration: COOLDOWN_MS,
      [customFetch]: (address, { signal }) => this.get(address, signal),
    });
    return async (header, token) => {
      try {
        return await remote(header, token);
      } catch (error) {
        const known = remote.jwks();
        if (known === undefined || isAboutToken(error)) throw error;
        this.options.onUnavailable?.(error);
        return createLocalJWKSet(known)(header, token);
      }
    };
  }

  private async get(url: string, signal: AbortSignal): Promise<Response> {
    if (Date.now() < this.pauseUntil) throw new Error('the provider could not be asked a moment ago');
    try {
      return await this.fetch(url, signal);
    } catch (error) {
      this.pause();
      throw error;
    }
  }

  /** Whoever waits for a provider that does not answer keeps a request waiting. */
  private pause(): void {
    if (Date.now() >= this.pauseUntil) this.pauseUntil = Date.now() + PAUSE_MS;
  }

  /** What a provider answers is read up to a bound, and no further address is followed. */
  private async fetch(url: string, signal: AbortSignal): Promise<Response> {
    const { agent: dispatcher } = this;
    const headers = { accept: 'application/json' };
    const response = await fetch(url, { dispatcher, headers, redirect: 'error', signal });
    if (response.status !== 200) throw new Error(`${url} answers with status ${response.status}`);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      const bytes = chunk as Uint8Array;
      length += bytes.length;
      if (length > MAX_BYTES) throw new Error(`${url} answers with more than ${MAX_BYTES} bytes`);
      chunks.push(bytes);
    }
    return new Response(Buffer.concat(chunks), { status: 200 });
  }
}

/** Its key is not among those of the provider. */
const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
