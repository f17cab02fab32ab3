import { describe, expect, it } from 'vitest';
import { ADMIN, ANONYMOUS } from '../user.js';
import { AuthenticatorChain } from './authenticator-chain.js';
import { configuredAuthenticators } from './configured-authenticators.js';

const token = 'a-secret_token.of~22+letters/==';

async function authenticate(authorization?: string) {
  const { authenticators } = await configuredAuthenticators({ adminToken: token });
  return new AuthenticatorChain(authenticators).authenticate({ authorization });
}

describe('who sends a request', () => {
  it('is the administrator with the token of the data directory', async () => {
    expect(await authenticate(`Bearer ${token}`)).toBe(ADMIN);
    expect(await authenticate(`bearer ${token}`)).toBe(ADMIN);
    expect(ADMIN).toMatchObject({ name: 'system:admin', groups: ['system:masters', 'system:authenticated'] });
  });

  it('is nobody in particular without a header', async () => {
    expect(await authenticate()).toBe(ANONYMOUS);
    expect(await authenticate('')).toBe(ANONYMOUS);
    expect(ANONYMOUS).toMatchObject({ name: 'system:anonymous', groups: ['system:unauthenticated'] });
  });

  it.each(['Bearer wrong', 'Bearer ', 'Bearer', `Basic ${token}`, token, `Bearer ${token}x`, `Bearer ${token} x`])(
    'is rejected with the header "%s"',
    async (header) => {
      expect(await authenticate(header)).toBe('rejected');
    },
  );
});
