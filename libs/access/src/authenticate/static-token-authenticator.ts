import { createHash, timingSafeEqual } from 'node:crypto';
import type { User } from '../user.js';
import { bearerToken } from './authenticator.js';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';

/**
 * Knows one token. What is kept and compared is its digest, in constant time: neither how long a comparison takes nor the
 * memory of the process gives the token away.
 */
export class StaticTokenAuthenticator implements Authenticator {
  readonly #digest: Buffer;

  constructor(
    token: string,
    private readonly user: User,
  ) {
    this.#digest = sha256(token);
  }

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const token = bearerToken(credentials);
    return token !== undefined && timingSafeEqual(sha256(token), this.#digest) ? this.user : undefined;
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
