import { LRUCache } from 'lru-cache';
import type { CredentialSource, Credentials } from '../../credentials/credential-source.js';
import { abortError, RegistryError } from '../../registry-error.js';
import type { RegistryTransport } from '../registry-transport.js';
import type { RemoteRepository } from '../remote-repository.js';
import type { Challenge } from './challenge.js';
import { basicAuthorization, requestToken, type Token } from './token-service.js';

/** What to present to a registry for one request. */
export interface Authorization {
  /** Value of the `Authorization` header; undefined to ask without. */
  readonly header: string | undefined;
  /** User name and password behind it. */
  readonly credentials: Credentials | undefined;
  /** What this answers. */
  readonly challenge: Challenge | undefined;
  /** A token that an earlier request had obtained: it may have been revoked since. */
  readonly reused: boolean;
}

/**
 * Proves to registries who asks, on behalf of one set of credentials.
 *
 * Remembers each token for as long as it is good. Requests that need the same token at once share one.
 */
export class Authorizer {
  private readonly tokens = new LRUCache<string, Token>({ max: 5_000 });
  private readonly pending = new Map<string, Promise<Token>>();

  constructor(
    private readonly transport: RegistryTransport,
    private readonly credentials: CredentialSource,
  ) {}

  /** @throws RegistryError when the token service refuses, or the signal ends the wait for it. */
  async authorize(repository: RemoteRepository, signal?: AbortSignal): Promise<Authorization> {
    const challenge = this.transport.knownHosts.challengeOf(repository);
    if (challenge === undefined) return { header: undefined, credentials: undefined, challenge, reused: false };
    const credentials = this.credentials.credentialsFor({ host: repository.host, repository: repository.name });
    if (challenge.scheme === 'basic') {
      return { header: credentials && basicAuthorization(credentials), credentials, challenge, reused: false };
    }
    const key = tokenKey(repository);
    const known = this.tokens.get(key);
    if (known !== undefined && known.usableUntil > Date.now()) {
      return { header: bearerAuthorization(known), credentials, challenge, reused: true };
    }
    const token = await unlessAborted(this.newToken(key, repository, challenge, credentials), signal);
    return { header: bearerAuthorization(token), credentials, challenge, reused: false };
  }

  /** Drops a token that the registry no longer takes, unless another has taken its place already. */
  forget(repository: RemoteRepository, { header }: Authorization): void {
    const key = tokenKey(repository);
    const token = this.tokens.get(key);
    if (token !== undefined && header === bearerAuthorization(token)) this.tokens.delete(key);
  }

  /** Without the signal of whoever asked first: others may wait for the same token. */
  private newToken(
    key: string,
    repository: RemoteRepository,
    challenge: Extract<Challenge, { scheme: 'bearer' }>,
    credentials: Credentials | undefined,
  ): Promise<Token> {
    const pending = this.pending.get(key);
    if (pending !== undefined) return pending;
    const { host, insecure } = repository;
    const request = requestToken(this.transport, { challenge, host, scope: scopeOf(repository), credentials, insecure })
      .then((token) => {
        this.tokens.set(key, token);
        return token;
      })
      .finally(() => this.pending.delete(key));
    this.pending.set(key, request);
    return request;
  }
}

/** The error of a registry that wants user name and password where there are none. */
export const noCredentials = ({ host }: RemoteRepository): RegistryError =>
  new RegistryError('unauthorized', `registry ${host} asks for credentials: no basic auth credentials`, {
    host,
    status: 401,
    credentialsSent: false,
  });

const bearerAuthorization = ({ value }: Token): string => `Bearer ${value}`;

const scopeOf = ({ name }: RemoteRepository): string => `repository:${name}:pull`;

const tokenKey = ({ host, name, insecure }: RemoteRepository): string =>
  `${insecure ? 'insecure' : 'secure'} ${host}/${name}`;

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(abortError(signal));
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
