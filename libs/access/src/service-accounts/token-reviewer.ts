import type { Authenticator } from '../authenticate/authenticator.js';
import { withMemberships, type Memberships } from '../groups/memberships.js';
import type { User } from '../user.js';
import type { ServiceAccountAuthenticator } from './service-account-authenticator.js';
import { AUDIENCE } from './token-issuer.js';

export interface ReviewedToken {
  readonly user: User;
  readonly audiences: readonly string[];
}

/** Tells others whose token it is that they got. */
export class TokenReviewer {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: Pick<ServiceAccountAuthenticator, 'review'> | undefined,
    private readonly memberships: Memberships,
  ) {}

  /**
   * @param audiences - for whom the token should be meant, any of them; empty for this server.
   * @returns nothing for a token that is not good.
   */
  async review(token: string, audiences: readonly string[]): Promise<ReviewedToken | undefined> {
    const wanted = audiences.length === 0 ? [AUDIENCE] : audiences;
    const account = await this.accounts?.review(token, wanted);
    if (account !== undefined) return { ...account, user: withMemberships(account.user, this.memberships) };
    // All other tokens are for this server, and do not say so.
    if (!wanted.includes(AUDIENCE) || token === '') return undefined;
    const user = await this.authenticator.authenticate({ authorization: `Bearer ${token}` });
    return typeof user === 'object' ? { user, audiences: [AUDIENCE] } : undefined;
  }
}

/** Nest token of the {@link TokenReviewer}. */
export const TOKEN_REVIEWER = Symbol('TokenReviewer');
