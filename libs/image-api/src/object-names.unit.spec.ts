import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '#lib/kube-api';
import { parseSignatureName, parseStreamImageName, parseTagName, splitTagName, streamName } from './object-names.js';

/** Texts in which the characters that mean something are frequent. */
const text = fc
  .array(fc.oneof(fc.constantFrom(':', '@', '.', '_', '-', '/', '%', '__proto__', 'a', 'sha256'), fc.string()))
  .map((parts) => parts.join(''));
const part = fc.stringMatching(/^[a-z0-9.-]{1,12}$/);

describe('names of objects', () => {
  it('are put together from what they are taken apart into', () => {
    fc.assert(
      fc.property(part, part, (left, right) => {
        expect(parseTagName(`${left}:${right}`, 'ImageStreamTags')).toEqual({ stream: left, tag: right });
        expect(splitTagName(`${left}:${right}`)).toEqual({ stream: left, tag: right });
        expect(parseStreamImageName(`${left}@${right}`)).toEqual({ stream: left, id: right });
        expect(parseSignatureName(`${left}@${right}`)).toEqual({ image: left });
      }),
    );
  });

  it.each([
    ['ImageStreamTags', (name: string) => parseTagName(name, 'ImageStreamTags')],
    ['new ImageStreamTags', splitTagName],
    ['ImageStreamImages', parseStreamImageName],
    ['ImageSignatures', parseSignatureName],
  ])('of %s are read or refused as the client’s mistake, whatever they are', (_, parse) => {
    fc.assert(
      fc.property(text, (name) => {
        try {
          expect(Object.values(parse(name))).not.toContain('');
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          expect(error.code).toBe(400);
        }
      }),
    );
  });
});

describe('the name of a stream', () => {
  it('is one or is told what it must match, in time that its length bounds', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.stringMatching(/^[a-z0-9._-]{0,5000}$/)), (name) => {
        expect(Array.isArray(streamName(name, false))).toBe(true);
      }),
    );
    const almost = `${'a-'.repeat(50_000)}!`;
    expect(streamName(almost, false)).not.toEqual([]);
  });
});
