import { createHash, randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { readKeyPair, type KeyPair } from '../pki/key-pair.js';
import { accountName, type IssuedAccount } from './account-user.js';

/** Who issues tokens, and for whom: as it stands in them. */
export const ISSUER = 'tagline';
/** For whom tokens are that do not say: this server. */
export const AUDIENCE = 'tagline';

const ALGORITHM = 'ES256';
/** Claim in which Kubernetes, too, says whose token it is. */
const CLAIM = 'kubernetes.io';

export interface TokenWish {
  readonly account: Pick<IssuedAccount, 'namespace' | 'name' | 'uid'>;
  /** Empty: this server. */
  readonly audiences: readonly string[];
  readonly seconds: number;
}

export interface IssuedToken {
  /** Whoever has it is the service account. It is not kept anywhere. */
  readonly token: string;
  readonly tokenId: string;
  readonly expires: Date;
  readonly audiences: readonly string[];
}

/** What a token says that is in order. Whether its service account is still there is for others to find out. */
export interface VerifiedToken {
  readonly account: IssuedAccount;
  /** Those of the audiences that were asked for that it is meant for. */
  readonly audiences: readonly string[];
  readonly expires: Date;
}

/** Makes and checks the tokens of service accounts: JSON Web Tokens, signed with the key in the data directory. */
export class TokenIssuer {
  private constructor(
    private readonly keys: KeyPair,
    private readonly keyId: string,
    private readonly now: () => Date,
  ) {}

  /** @param key - the private key, in PEM. */
  static async open(key: string, now: () => Date = () => new Date()): Promise<TokenIssuer> {
    const keys = await readKeyPair(key);
    const spki = await crypto.subtle.exportKey('spki', keys.publicKey);
    return new TokenIssuer(keys, createHash('sha256').update(Buffer.from(spki)).digest('base64url'), now);
  }

  async issue({ account, audiences, seconds }: TokenWish): Promise<IssuedToken> {
    const { namespace, name, uid } = account;
    const issued = Math.floor(this.now().getTime() / 1_000);
    const tokenId = randomUUID();
    const meant = audiences.length === 0 ? [AUDIENCE] : audiences;
    const token = await new SignJWT({ [CLAIM]: { namespace, serviceaccount: { name, uid } } })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.keyId })
      .setIssuer(ISSUER)
      .setSubject(accountName(account))
      .setAudience([...meant])
      .setIssuedAt(issued)
      .setNotBefore(issued)
      .setExpirationTime(issued + seconds)
      .setJti(tokenId)
      .sign(this.keys.privateKey);
    return { token, tokenId, expires: new Date((issued + seconds) * 1_000), audiences: meant };
  }

  /** @returns nothing for a token that is not in order, for whatever reason. */
  async verify(token: string, audiences: readonly string[]): Promise<VerifiedToken | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.keys.publicKey, {
        issuer: ISSUER,
        audience: [...audiences],
        algorithms: [ALGORITHM],
        requiredClaims: ['exp', 'jti', 'sub'],
        currentDate: this.now(),
      });
      const { namespace, serviceaccount } = payload[CLAIM] as {
        readonly namespace: string;
        readonly serviceaccount: { readonly name: string; readonly uid: string };
      };
      const account = { namespace, ...serviceaccount, tokenId: payload.jti ?? '' };
      const meant = [payload.aud ?? []].flat();
      return {
        account,
        audiences: audiences.filter((audience) => meant.includes(audience)),
        expires: new Date((payload.exp ?? 0) * 1_000),
      };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

/** Nest token of the {@link TokenIssuer}. */
export const TOKEN_ISSUER = Symbol('TokenIssuer');
