import { describe, expect, it } from 'vitest';
import { PASSWORD } from './secret-store.contract.js';
import { SecretCipher } from './secret-cipher.js';

describe('SecretCipher', () => {
  const cipher = new SecretCipher(Buffer.alloc(32, 7));
  const sealed = cipher.seal('shop/a', Buffer.from(PASSWORD));

  it('opens what it sealed, where it was sealed for', () => {
    expect(cipher.open('shop/a', sealed).toString()).toBe(PASSWORD);
  });

  it('never seals the same way twice', () => {
    expect(cipher.seal('shop/a', Buffer.from(PASSWORD)).equals(sealed)).toBe(false);
  });

  it('does not open what was moved, changed, cut short or sealed with another key', () => {
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const attempts = [
      () => cipher.open('shop/b', sealed),
      () => cipher.open('shop/a', changed),
      () => cipher.open('shop/a', sealed.subarray(0, 20)),
      () => cipher.open('shop/a', Buffer.alloc(0)),
      () => new SecretCipher(Buffer.alloc(32, 8)).open('shop/a', sealed),
    ];
    for (const attempt of attempts) expect(attempt).toThrow('cannot be decrypted');
  });
});
