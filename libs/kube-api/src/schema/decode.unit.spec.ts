import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { compileDecoder, decode, MAX_UNKNOWN_FIELDS } from './decode.js';
import type { JsonValue } from './json.js';
import { objectMeta, typeMeta } from './meta.js';
import { array, boolean, int32, int64, map, object, raw, string, time } from './schema.js';
import type { ObjectSchema } from './schema.js';

const part = object('com.example.v1.Part', 'A part.', {
  name: string('Name.'),
  count: int32('Count.'),
  at: time('When.'),
  content: string('Bytes.', { format: 'byte' }),
});
const widget: ObjectSchema = object('com.example.v1.Widget', 'A thing.', () => ({
  ...typeMeta,
  metadata: objectMeta,
  size: int64('Size.'),
  on: boolean('On or off.'),
  parts: array('Parts.', part),
  colours: map('Colours.', string('Colour.')),
  names: array('Names.', string('Name.')),
  free: raw('Anything.'),
  inner: widget,
}));

const refusal = (json: JsonValue): string => {
  try {
    decode(widget, json);
  } catch (error) {
    if (error instanceof ApiError && error.code === 400) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('decode', () => {
  it('keeps known fields and names the ones it drops', () => {
    expect(
      decode(widget, { kind: 'Widget', sizze: 1, parts: [{ name: 'a', foo: {} }, { count: 2 }], inner: { x: 1 } }),
    ).toEqual({
      value: { kind: 'Widget', parts: [{ name: 'a' }, { count: 2 }], inner: {} },
      unknown: ['sizze', 'parts[0].foo', 'inner.x'],
    });
  });

  it('starts paths at the place that it was given', () => {
    expect(decode(part, { nam: 1 }, 'spec.parts[3]').unknown).toEqual(['spec.parts[3].nam']);
  });

  it('takes null for absent in a field, and for the zero value in a list or map', () => {
    expect(
      decode(widget, { size: null, metadata: null, names: ['a', null], colours: { a: null }, parts: [null] }).value,
    ).toEqual({ names: ['a', ''], colours: { a: '' }, parts: [{}] });
  });

  it('keeps free-form objects as they are', () => {
    const free = { a: [null, { b: 1 }], c: null };
    expect(decode(widget, { free }).value).toEqual({ free });
  });

  it.each([
    [{ parts: [{ count: 'x' }] }, 'cannot unmarshal string into field parts[0].count of type int32'],
    [{ parts: {} }, 'cannot unmarshal object into field parts of type []v1.Part'],
    [{ colours: { a: 1 } }, 'cannot unmarshal number into field colours.a of type string'],
    [{ size: 1.5 }, 'cannot unmarshal number 1.5 into field size of type int64'],
    [{ size: 2 ** 53 }, 'cannot unmarshal number 9007199254740992 into field size of type int64'],
    [{ parts: [{ count: 2 ** 31 }] }, 'cannot unmarshal number into field parts[0].count of type int32'],
    [{ on: 'true' }, 'cannot unmarshal string into field on of type bool'],
    [{ free: [] }, 'cannot unmarshal array into field free of type object'],
    [[], 'cannot unmarshal array into body of type v1.Widget'],
  ])('refuses %j', (json, why) => {
    expect(refusal(json)).toBe(`Widget in version "v1" cannot be handled as a Widget: json: ${why}`);
  });

  it.each([
    ['2026-11-24T01:02:03Z', '2026-11-24T01:02:03Z'],
    ['2026-11-24T01:02:03.456Z', '2026-11-24T01:02:03Z'],
    ['2026-11-24T01:02:03+01:30', '2026-11-23T23:32:03Z'],
    ['0001-01-01T00:00:00Z', undefined],
  ])('writes the time %s as %s', (at, wanted) => {
    expect(decode(part, { at }).value['at']).toBe(wanted);
  });

  it.each(['', 'yesterday', '2026-02-30T00:00:00Z', '2026-02-30T00:00:00+01:00', '2026-11-24', '2026-11-24T25:00:00Z'])(
    'refuses the time %j',
    (at) => {
      expect(() => decode(part, { at })).toThrow('cannot parse field at as an RFC 3339 time');
    },
  );

  it('takes base64 with line breaks, and refuses what is not base64', () => {
    expect(decode(part, { content: 'YW\nJj' }).value).toEqual({ content: 'YWJj' });
    for (const content of ['YWJ', 'YW-j', 'Y===', 'YQ==YQ==']) {
      expect(() => decode(part, { content })).toThrow('cannot read field content as base64');
    }
  });

  it('leaves prototypes alone whatever the keys are called', () => {
    const json = JSON.parse(
      '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"colours":{"__proto__":"red"}}',
    ) as JsonValue;
    const { value, unknown } = decode(widget, json);
    expect(unknown).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(value)).toBe('{"colours":{"__proto__":"red"}}');
    expect(Object.getPrototypeOf(value['colours'])).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('names a bounded number of unknown fields', () => {
    const json = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, 1]));
    expect(decode(widget, json).unknown).toHaveLength(MAX_UNKNOWN_FIELDS);
  });

  it('refuses a shape that is nested in itself without end', () => {
    let json: JsonValue = {};
    for (let depth = 0; depth < 10_000; depth++) json = { inner: json };
    expect(refusal(json)).toContain('levels deep');
  });

  it('compiles a schema once', () => {
    expect(compileDecoder(widget)).toBe(compileDecoder(widget));
  });

  it('either decodes or refuses any JSON, and decoding the result changes nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            { size: fc.jsonValue(), parts: fc.array(fc.jsonValue()), colours: fc.jsonValue(), inner: fc.jsonValue() },
            { requiredKeys: [] },
          ),
        ),
        (json) => {
          try {
            const { value } = decode(widget, json as JsonValue);
            expect(decode(widget, value)).toEqual({ value, unknown: [] });
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
          }
        },
      ),
    );
  });
});
