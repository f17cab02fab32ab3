import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { MAX_JSON_DEPTH } from './json.js';
import { duplicateFields, parseJsonBody } from './strict-json.js';
import { MAX_YAML_BYTES, parseYamlBody } from './yaml-body.js';

describe('parseJsonBody', () => {
  it.each([
    ['', 'it is empty'],
    ['{"password":"hunter2",}', 'unexpected character at line 1, column 23'],
    ['{\n  "a": [1,\n  2', 'unexpected end at line 3, column 4'],
    ['{"a":"\n"}', 'unexpected character at line 1, column 7'],
    ['{"a":1} x', 'unexpected character at line 1, column 9'],
    ['[01]', 'unexpected character at line 1, column 3'],
  ])('says where %j is wrong, and repeats none of it', (text, where) => {
    expect(() => parseJsonBody(text)).toThrow(
      new ApiError('BadRequest', `the body of the request is not valid JSON: ${where}`),
    );
  });

  it('refuses what is nested too deeply', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJsonBody(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(() => parseJsonBody(nested(MAX_JSON_DEPTH + 1))).toThrow(ApiError);
    expect(() => parseJsonBody(nested(1_000_000))).toThrow(ApiError);
    expect(() => parseJsonBody('['.repeat(1_000_000))).toThrow(ApiError);
  });

  it('refuses a number that JavaScript reads as infinite', () => {
    expect(() => parseJsonBody('{"a":1e999}')).toThrow('out of range');
  });
});

describe('duplicateFields', () => {
  it('names each repeated field once by its path', () => {
    expect(
      duplicateFields('{"a":1,"a":2,"a":3,"spec":{"tags":[{"x":1},{"name":"a","from":{},"n\\u0061me":"b"}]}}'),
    ).toEqual(['a', 'spec.tags[1].name']);
  });

  it('is not misled by what stands inside strings', () => {
    expect(duplicateFields('{"a":"\\"a\\":1,{","b":"}","c":[],"d":{}}')).toEqual([]);
  });

  it('takes exactly the texts that JSON.parse takes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          let valid = true;
          try {
            JSON.parse(text);
          } catch {
            valid = false;
          }
          if (valid) expect(duplicateFields(text)).toEqual([]);
          else expect(() => parseJsonBody(text)).toThrow(ApiError);
        },
      ),
    );
  });
});

describe('parseYamlBody', () => {
  it('reads a document as JSON', () => {
    expect(parseYamlBody('kind: Widget\nspec:\n  on: true\n  tags: [a, "1", 2]\n  when: 2026-01-01\n')).toEqual({
      kind: 'Widget',
      spec: { on: true, tags: ['a', '1', 2], when: '2026-01-01' },
    });
  });

  it('takes the last of a repeated key', () => {
    expect(parseYamlBody('a: 1\na: 2\n')).toEqual({ a: 2 });
  });

  it('says where the text is wrong, and repeats none of it', () => {
    expect(() => parseYamlBody('a: 1\nsecret: "x\n')).toThrow(/not valid YAML: syntax error at line \d+, column \d+$/);
  });

  it.each([
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]`,
    ],
    ['a value that contains itself', 'a: &a [*a, *a]'],
    ['deep nesting', '['.repeat(100_000)],
    ['a number without end', 'a: .inf'],
    ['a large text', `a: ${'x'.repeat(MAX_YAML_BYTES)}`],
  ])('refuses %s', (_, text) => {
    expect(() => parseYamlBody(text)).toThrow(ApiError);
  });

  it('leaves prototypes alone', () => {
    const value = parseYamlBody('__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
