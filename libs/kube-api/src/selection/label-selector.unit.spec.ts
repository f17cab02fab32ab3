import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { MAX_REQUIREMENTS, parseLabelSelector } from './label-selector.js';

const labels = { app: 'web', tier: '', level: '5', in: 'x' };

describe('label selector', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['  ', true],
    ['app=web', true],
    [' app == web , level = 5 ', true],
    ['app=api', false],
    ['app!=api', true],
    ['app!=web', false],
    ['other!=web', true],
    ['app in (web, api)', true],
    ['app in (api)', false],
    ['app notin (api,web)', false],
    ['other notin (x)', true],
    ['app', true],
    ['other', false],
    ['!app', false],
    ['! other', true],
    ['tier=', true],
    ['tier=,app', true],
    ['tier in (,x)', true],
    ['tier in ()', true],
    ['tier in (x,)', true],
    ['app in (,)', false],
    ['level>4', true],
    ['level>5', false],
    ['level<10', true],
    ['app>1', false],
    ['other<1', false],
    ['in=x', true],
    ['app in (in,notin,web)', true],
    ['app=in', false],
    ['constructor', false],
    ['!constructor', true],
  ])('%j matches: %s', (text, wanted) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(wanted);
  });

  it.each([
    ['=x', "found '=', expected: !, identifier, or 'end of string'"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a b', "found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', "found 'b' expected: '('"],
    ['a in (b', "found '', expected: ',' or ')'"],
    ['a in (=)', "found '=', expected: ',', ')' or identifier"],
    ['a==(', "found '(', expected: identifier"],
    ['!', "found '', expected: identifier"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a>b', `values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`],
    ['a/b/c', '<nil>: Invalid value: "a/b/c": a qualified name must consist of'],
    ['a=-', 'values[0][a]: Invalid value: "-": a valid label must be'],
  ])('refuses %j', (text, why) => {
    expect(() => parseLabelSelector(text)).toThrow(`unable to parse requirement: ${why}`);
  });

  it('takes a bounded number of requirements', () => {
    const text = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}`).join(',');
    expect(parseLabelSelector(text(MAX_REQUIREMENTS)).requirements).toHaveLength(MAX_REQUIREMENTS);
    expect(() => parseLabelSelector(text(MAX_REQUIREMENTS + 1))).toThrow(ApiError);
  });

  it('either reads or refuses any text', () => {
    const piece = fc.constantFrom(
      'a',
      'b/c',
      ' ',
      '=',
      '==',
      '!=',
      '!',
      'in',
      'notin',
      '(',
      ')',
      ',',
      '<',
      '>',
      '1',
      '\u0000',
      '__proto__',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          try {
            parseLabelSelector(text).matches(labels);
          } catch (error) {
            if (!(error instanceof ApiError && error.code === 400)) throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
