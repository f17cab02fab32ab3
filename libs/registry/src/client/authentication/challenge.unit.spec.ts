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
