import { ANONYMOUS } from '../user.js';
import type { User } from '../user.js';
import type { Authenticator, Credentials } from './authenticator.js';

/**
 * Asks one after the other; the first who knows the sender counts. Credentials that nobody takes are wrong, whichever
 * they are, and a request without any is anonymous.
 */
export class AuthenticatorChain implements Authenticator {
  constructor(private readonly authenticators: readonly Authenticator[]) {}

  async authenticate(credentials: Credentials): Promise<User | 'rejected'> {
    let isRejected = credentials.authorization !== undefined && credentials.authorization !== '';
    for (const authenticator of this.authenticators) {
      const answer = await authenticator.authenticate(credentials);
      if (answer === 'rejected') isRejected = true;
      else if (answer !== undefined) return answer;
    }
    return isRejected ? 'rejected' : ANONYMOUS;
  }
}
