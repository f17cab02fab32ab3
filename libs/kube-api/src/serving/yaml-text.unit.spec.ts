import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonValue } from '../schema/json.js';
import { yamlText } from './yaml-text.js';

describe('YAML', () => {
  it('is written in blocks', () => {
    const object = { kind: 'Thing', spec: { tags: [{ name: 'v1', from: { kind: 'A' } }, { name: '1.0' }], none: [] } };
    expect(yamlText(object)).toBe(
      [
        'kind: Thing',
        'spec:',
        '  tags:',
        '  - name: v1',
        '    from:',
        '      kind: A',
        '  - name: "1.0"',
        '  none: []',
      ].join('\n'),
    );
  });

  it.each([
    'yes',
    'Null',
    '1e3',
    'E0',
    'e-1',
    '0x1',
    '12:30:00',
    '2026-01-01',
    '',
    ' x',
    '#',
    'a: b',
    'a\nb',
    '\u0085',
    '=',
    '~',
  ])('quotes what would be read as something else: %j', (text) => expect(yamlText({ text })).toMatch(/^text: "/));

  it.each(['1.1', '1.2'] as const)('is read back as it was, by readers of version %s', (version) => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as JsonValue;
        expect(parse(yamlText(json), { version, uniqueKeys: false })).toEqual(json);
      }),
    );
  });
});
