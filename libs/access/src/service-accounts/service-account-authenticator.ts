import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import { bearerToken } from '../authenticate/authenticator.js';
import type { Authentication, Authenticator, Credentials } from '../authenticate/authenticator.js';
import { tokenDigest } from '../authenticate/token-file.js';
import type { User } from '../user.js';
import { accountUser } from './account-user.js';
import { AUDIENCE, ISSUER, type TokenIssuer, type VerifiedToken } from './token-issuer.js';

/** Tells which service accounts there are. */
export interface ServiceAccounts {
  /** The uid of the account that is there now; `undefined` where there is none. */
  uidOf(namespace: string, name: string): Promise<string | undefined>;
}

/** Nest token of the {@link ServiceAccounts} that the app binds. */
export const SERVICE_ACCOUNTS = Symbol('ServiceAccounts');

const MAX_TOKEN_LENGTH = 16_384;
const CACHED_TOKENS = 10_000;

/** Knows service accounts by the tokens that were issued to them, for as long as the accounts are there. */
export class ServiceAccountAuthenticator implements Authenticator {
  /** A signature is checked once. What the token says is looked at every time. */
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: CACHED_TOKENS });

  constructor(
    private readonly issuer: TokenIssuer,
    private readonly accounts: ServiceAccounts,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const token = bearerToken(credentials);
    if (token === undefined || !isOwn(token)) return undefined;
    return (await this.review(token, [AUDIENCE]))?.user ?? 'rejected';
  }

  /** @returns whose token it is, and for which of the audiences; nothing where it is not good for any. */
  async review(
    token: string,
    audiences: readonly string[],
  ): Promise<{ readonly user: User; readonly audiences: readonly string[] } | undefined> {
    if (!isOwn(token)) return undefined;
    const key = `${tokenDigest(token)} ${JSON.stringify(audiences)}`;
    const found = this.verified.get(key) ?? (await this.issuer.verify(token, audiences));
    if (found === undefined || found.expires <= this.now()) return undefined;
    this.verified.set(key, found);
    const { account } = found;
    if ((await this.accounts.uidOf(account.namespace, account.name)) !== account.uid) return undefined;
    return { user: accountUser(account), audiences: found.audiences };
  }
}

/** Whether a token says that it was issued here. */
function isOwn(token: string): boolean {
  if (token.length > MAX_TOKEN_LENGTH || token.split('.').length !== 3) return false;
  try {
    return decodeJwt(token).iss === ISSUER;
  } catch {
    return false;
  }
}
