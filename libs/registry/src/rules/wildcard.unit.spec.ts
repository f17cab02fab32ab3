import { expect, it } from 'vitest';
import { matchesWildcard } from './wildcard.js';

it.each([
  ['registry.example.com', '*.example.com', true],
  ['example.com', '*.example.com', false],
  ['443', '*', true],
  ['', '*', true],
  ['', '', true],
  ['a', '', false],
  ['ab', 'a?', true],
  ['a', 'a?', false],
  ['aXbXc', 'a*b*c', true],
  ['aXbXd', 'a*b*c', false],
  ['a.b', 'a+b', false],
])('%j against %j: %s', (text, pattern, matches) => {
  expect(matchesWildcard(text, pattern)).toBe(matches);
});

it('is not driven to despair by many stars', () => {
  expect(matchesWildcard('a'.repeat(2_000), `${'*a'.repeat(500)}b`)).toBe(false);
});
