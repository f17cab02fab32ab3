import { ANONYMOUS } from '../user.js';
import type { User } from '../user.js';
import type { Authenticator, Credentials } from './authenticator.js';

/**
 * Asks one after the other; the first answer counts. Credentials that nobody knows are wrong, and a request without any
 * is anonymous.
 */
export class AuthenticatorChain implements Authenticator {
  constructor(private readonly authenticators: readonly Authenticator[]) {}

  async authenticate(credentials: Credentials): Promise<User | 'rejected'> {
    if (credentials.authorization === undefined || credentials.authorization === '') return ANONYMOUS;
    for (const authenticator of this.authenticators) {
      const answer = await authenticator.authenticate(credentials);
      if (answer !== undefined) return answer;
    }
    return 'rejected';
  }
}
