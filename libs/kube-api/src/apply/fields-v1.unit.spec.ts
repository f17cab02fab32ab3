import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../schema/json.js';
import { decodeFields, encodeFields } from './fields-v1.js';

const element = fc.oneof(
  fc.constantFrom(
    '.',
    'f:spec',
    'f:__proto__',
    'k:{"name":"x"}',
    'k:{"b":1,"a":2}',
    'v:"x"',
    'v:1',
    'i:0',
    'k:{',
    'x:',
  ),
  fc.string({ maxLength: 6 }),
);
const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constant({}),
    fc.dictionary(element, tie('tree'), { maxKeys: 3 }) as fc.Arbitrary<JsonValue>,
    fc.jsonValue() as fc.Arbitrary<JsonValue>,
  ),
}));

describe('fields in the format FieldsV1', () => {
  it('are read or are none, and what was read once is written and read as the same', () => {
    fc.assert(
      fc.property(tree, (json) => {
        const fields = decodeFields(json);
        if (fields === undefined) return;
        const written = encodeFields(fields);
        const again = decodeFields(written);
        expect(again && encodeFields(again)).toEqual(written);
        expect(({} as Record<string, unknown>)['f:x']).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});
