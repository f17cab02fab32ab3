import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import type { JsonObject, JsonValue } from '../schema/json.js';
import { mergePatch } from './merge-patch.js';

const object: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'prototype'), fc.string({ maxLength: 3 })),
  fc.jsonValue() as fc.Arbitrary<JsonValue>,
);

describe('a merge patch', () => {
  it.each([
    // Examples of RFC 7386, appendix A.
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('turns %j by %j into %j', (current, patch, expected) => {
    expect(mergePatch(current, patch)).toEqual(expected);
  });

  it('leaves its object alone, is the same twice as once, and puts nothing where it does not belong', () => {
    fc.assert(
      fc.property(object, object, (current, patch) => {
        const before = JSON.stringify(current);
        const merged = mergePatch(current, patch);
        expect(JSON.stringify(current)).toBe(before);
        expect(mergePatch(merged, patch)).toEqual(merged);
        expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
    );
    const attack = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ) as object;
    mergePatch({}, attack as JsonObject);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is refused when it is no object', () => {
    fc.assert(
      fc.property(
        object,
        fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string())),
        (current, patch) => {
          expect(() => mergePatch(current, patch)).toThrow(ApiError);
        },
      ),
    );
  });
});
