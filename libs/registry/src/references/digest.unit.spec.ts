import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidDigestError, isDigest, matchesDigestPrefix, parseDigest, sha256Digest } from './digest.js';

describe('parseDigest', () => {
  it('takes the digests that it can compute', () => {
    for (const [algorithm, length] of Object.entries({ sha256: 64, sha384: 96, sha512: 128 })) {
      expect(isDigest(`${algorithm}:${'a'.repeat(length)}`)).toBe(true);
    }
  });

  it.each([
    ['', 'invalid checksum digest format'],
    ['abc', 'invalid checksum digest format'],
    ['sha256:', 'invalid checksum digest format'],
    [`sha256:${'g'.repeat(64)}`, 'invalid checksum digest format'],
    ['sha256:abc', 'invalid checksum digest length'],
    [`md5:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
    ['constructor:abc', 'unsupported digest algorithm'],
  ])('refuses %s', (text, message) => {
    expect(() => parseDigest(text)).toThrow(new InvalidDigestError(message));
  });

  it('computes what everybody else computes', () => {
    expect(sha256Digest('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe('matchesDigestPrefix', () => {
  const name = `sha256:3c87${'0'.repeat(60)}`;

  it.each(['3c87', 'sha256:3c87', 'sha', name, ''])('takes %j for a digest that it begins', (id) => {
    expect(matchesDigestPrefix(name, id)).toBe(true);
  });

  it('does not look into the middle', () => {
    expect(matchesDigestPrefix(name, 'c87')).toBe(false);
  });

  it('takes a prefix of a name that is no digest, but nothing after its colon', () => {
    expect(matchesDigestPrefix('tag:abc', 'tag')).toBe(true);
    expect(matchesDigestPrefix('tag:abc', 'abc')).toBe(false);
  });
});

describe('any text', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^(sha256|sha512|md5|__proto__|constructor):[a-f0-9]{0,130}$/));

  it('is a digest or is none, and one that is begins with all that it begins with', () => {
    fc.assert(
      fc.property(text, fc.nat(80), (name, length) => {
        expect(outcome(name)).toBe(isDigest(name));
        expect(matchesDigestPrefix(name, name.slice(0, length))).toBe(true);
        if (isDigest(name)) expect(matchesDigestPrefix(name, name.split(':')[1]?.slice(0, length) ?? '')).toBe(true);
      }),
    );
  });

  function outcome(name: string): boolean {
    try {
      return parseDigest(name) === name;
    } catch (error) {
      if (error instanceof InvalidDigestError) return false;
      throw error;
    }
  }
});
