import { expect, it } from 'vitest';
import { nextLink } from './link-header.js';

it.each([
  ['</v2/a/tags/list?n=2&last=b>; rel="next"', '/v2/a/tags/list?n=2&last=b'],
  ['</x>; rel="prev", </y>; rel=next', '/y'],
  ['</y>; title="a"; rel="first next"', '/y'],
  ['</x>; rel="prev"', undefined],
  ['</x>; rel="nextish"', undefined],
  ['', undefined],
])('%s', (value, target) => {
  expect(nextLink([value])).toBe(target);
});
