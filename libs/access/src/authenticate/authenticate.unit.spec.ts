import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { AccessModule } from '../access.module.js';
import { ADMIN, ANONYMOUS } from '../user.js';
import { AUTHENTICATOR } from './authenticator.js';
import type { Authenticator } from './authenticator.js';

const token = 'a-secret_token.of~22+letters/==';

async function authenticate(authorization?: string) {
  const module = await Test.createTestingModule({ imports: [AccessModule.forRoot({ adminToken: token })] }).compile();
  return module.get<Authenticator>(AUTHENTICATOR).authenticate({ authorization });
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
