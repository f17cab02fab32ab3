import fc from 'fast-check';
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

it('finds the next page that was written, and nothing that hurts in any other text', () => {
  const target = fc.webUrl({ withQueryParameters: true });
  fc.assert(
    fc.property(target, fc.constantFrom('next', '"next"', '"prev next"'), (url, relation) => {
      expect(nextLink([`<${url}>; rel=${relation}`])).toBe(url);
    }),
  );
  const piece = fc.constantFrom('<', '>', ';', 'rel', '=', '"', 'next', ' ', ',');
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (value) => {
      const found = nextLink([value]);
      if (found !== undefined) expect(value).toContain(`<${found}>`);
    }),
  );
  expect(nextLink([`<x>${'; rel="'.repeat(100_000)}`])).toBeUndefined();
});
