import fc from 'fast-check';
import { expect, it } from 'vitest';
import { preferredChallenge } from './challenge.js';

const bearer = { scheme: 'bearer', realm: 'https://auth.example.com/token', service: 'registry.example.com' };

it.each([
  ['Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"'],
  ['bearer service=registry.example.com , realm="https://auth.example.com/token"'],
  ['Basic realm="x", Bearer realm="https://auth.example.com/token",service="registry.example.com"'],
])('finds the token service in %s', (value) => {
  expect(preferredChallenge([value])).toEqual(bearer);
});

it('prefers a token over a password, also in separate headers', () => {
  expect(
    preferredChallenge([
      'Basic realm="x"',
      'Bearer realm="https://auth.example.com/token",service="registry.example.com"',
    ]),
  ).toEqual(bearer);
});

it('takes Basic where there is nothing better', () => {
  expect(preferredChallenge(['Basic realm="a \\"quoted\\" name"'])).toEqual({ scheme: 'basic' });
  expect(preferredChallenge(['Bearer service="no realm"', 'Basic'])).toEqual({ scheme: 'basic' });
});

it('gives up on what it cannot read', () => {
  for (const value of ['', 'Negotiate', 'Bearer', '=,"=\\', 'Digest realm="x"']) {
    expect(preferredChallenge([value])).toBeUndefined();
  }
  expect(preferredChallenge([`Bearer realm="${'\\"'.repeat(100_000)}`])).toBeUndefined();
});

it('reads any header or gives up, without looking at all of a long one', () => {
  const piece = fc.constantFrom('Bearer', 'Basic', ' ', ',', '=', '"', '\\', 'realm', 'service', 'x', '__proto__');
  const header = fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.array(header, { maxLength: 3 }), (values) => {
      const challenge = preferredChallenge(values);
      if (challenge?.scheme === 'bearer') expect(challenge.realm).not.toBe('');
    }),
  );
  expect(preferredChallenge([`${'a="'.repeat(100_000)}, Basic`])).toBeUndefined();
});
