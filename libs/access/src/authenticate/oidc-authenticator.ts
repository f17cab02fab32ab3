import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { bearerToken } from './authenticator.js';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';
import { userOfClaims, type OidcMapping } from './oidc-claims.js';
import { tokenDigest } from './token-file.js';

export interface OidcOptions extends OidcMapping {
  /** Whom a token must be made for. */
  readonly audience: string;
  readonly signingAlgorithms: readonly string[];
  /** The keys of the provider. */
  readonly keys: () => Promise<JWTVerifyGetKey>;
  /** Told when the keys of the provider cannot be had: its tokens are then refused. */
  readonly onUnavailable?: (error: unknown) => void;
}

interface Verified {
  readonly answer: Exclude<Authentication, undefined>;
  /** By the clock that tokens are made by. */
  readonly until: number;
}

/** Longer is no token that a provider makes. */
const MAX_TOKEN_LENGTH = 16_384;
const CACHED_TOKENS = 1_000;
/** For so long a token need not be verified again; milliseconds. */
const REMEMBER_MS = 60_000;

/** Knows users by the ID tokens of an OpenID provider. */
export class OidcAuthenticator implements Authenticator {
  private readonly verified = new LRUCache<string, Verified>({ max: CACHED_TOKENS });

  constructor(private readonly options: OidcOptions) {}

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const token = bearerToken(credentials);
    if (token === undefined || !this.isOwn(token)) return undefined;
    const digest = tokenDigest(token);
    const known = this.verified.get(digest);
    return known !== undefined && Date.now() < known.until ? known.answer : this.verify(token, digest);
  }

  /** Whether a token says that it comes from this provider. */
  private isOwn(token: string): boolean {
    if (token.length > MAX_TOKEN_LENGTH || token.split('.').length !== 3) return false;
    try {
      return decodeJwt(token).iss === this.options.issuer;
    } catch {
      return false;
    }
  }

  private async verify(token: string, digest: string): Promise<Exclude<Authentication, undefined>> {
    const { issuer, audience, signingAlgorithms, keys, onUnavailable } = this.options;
    let claims: JWTPayload;
    try {
      ({ payload: claims } = await jwtVerify(token, await keys(), {
        issuer,
        audience,
        algorithms: [...signingAlgorithms],
        requiredClaims: ['exp'],
      }));
    } catch (error) {
      if (!isFaultOfToken(error)) onUnavailable?.(error);
      return 'rejected';
    }
    const user = userOfClaims(claims, this.options) ?? 'rejected';
    const until = Math.min((claims.exp ?? 0) * 1_000, Date.now() + REMEMBER_MS);
    this.verified.set(digest, { answer: user, until });
    return user;
  }
}

/** A wrong token is nothing to be told of; that the keys cannot be fetched, or are none, is. */
const isFaultOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError && !FAULTS_OF_PROVIDER.has(error.code);

const FAULTS_OF_PROVIDER: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);
