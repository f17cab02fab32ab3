import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { parseFieldSelector } from './field-selector.js';

const object: Readonly<Record<string, string>> = { 'metadata.name': 'a=b', 'metadata.namespace': 'dev', 'spec.x': '' };
const matches = (text: string): boolean => parseFieldSelector(text, ['spec.x']).matches((field) => object[field] ?? '');

describe('field selector', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['metadata.namespace=dev', true],
    ['metadata.namespace==dev,spec.x=', true],
    ['metadata.namespace!=dev', false],
    ['metadata.name!=c,metadata.namespace=dev', true],
    ['metadata.name=a\\=b', true],
    [',,metadata.namespace=dev,', true],
  ])('%j matches: %s', (text, wanted) => {
    expect(matches(text)).toBe(wanted);
  });

  it('refuses a field that the resource does not offer', () => {
    expect(() => matches('status.phase=x')).toThrow(
      '"status.phase" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    expect(() => matches('__proto__=x')).toThrow('is not a known field selector');
  });

  it.each([
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['metadata.name=a=b', 'invalid field selector: unescaped character in value: ='],
    ['metadata.name=a\\x', 'invalid field selector: invalid escape sequence: \\x'],
    ['metadata.name=a\\', 'invalid field selector: invalid escape sequence: \\'],
  ])('refuses %j', (text, why) => {
    expect(() => matches(text)).toThrow(why);
  });

  it('tells the one name that is asked for', () => {
    const selector = parseFieldSelector('metadata.namespace!=x,metadata.name=ruby');
    expect(selector.exactly('metadata.name')).toBe('ruby');
    expect(selector.exactly('metadata.namespace')).toBeUndefined();
  });

  it('either reads or refuses any text', () => {
    const piece = fc.constantFrom('metadata.name', 'spec.x', '=', '==', '!=', '!', ',', '\\', 'a', ' ');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          try {
            matches(text);
          } catch (error) {
            if (!(error instanceof ApiError && error.code === 400)) throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
