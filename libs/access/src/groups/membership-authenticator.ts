import type { Authentication, Authenticator, Credentials } from '../authenticate/authenticator.js';
import { withMemberships, type Memberships } from './memberships.js';

/** Lets in whom another one knows, as a member of the groups that name them. */
export class MembershipAuthenticator implements Authenticator {
  constructor(
    private readonly known: Authenticator,
    private readonly memberships: Memberships,
  ) {}

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const user = await this.known.authenticate(credentials);
    return typeof user === 'object' ? withMemberships(user, this.memberships) : user;
  }
}
