import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { decodeContinueToken, encodeContinueToken, MAX_TOKEN_LENGTH } from './continue-token.js';
import { parseListOptions } from './list-options.js';

const parse = (query: string): ReturnType<typeof parseListOptions> => parseListOptions(new URLSearchParams(query));
const none = { labels: '', fields: '' };

const refusal = (query: string): string => {
  try {
    parse(query);
  } catch (error) {
    if (error instanceof ApiError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
};

describe('list options', () => {
  it('are empty for a plain list', () => {
    expect(parse('')).toMatchObject({ watch: false, allowWatchBookmarks: false });
    expect(Object.keys(parse(''))).toEqual(['labelSelector', 'fieldSelector', 'watch', 'allowWatchBookmarks']);
  });

  it('are read from the parameters of a watch', () => {
    const options = parse(
      'watch=1&resourceVersion=12&allowWatchBookmarks=true&timeoutSeconds=300&labelSelector=a%3Db&fieldSelector=metadata.name%3Dx&timeout=32s',
    );
    expect(options).toMatchObject({
      watch: true,
      resourceVersion: '12',
      allowWatchBookmarks: true,
      timeoutSeconds: 300,
    });
    expect(options.labelSelector.matches({ a: 'b' })).toBe(true);
    expect(options.fieldSelector.exactly('metadata.name')).toBe('x');
  });

  it('take a flag without a value for yes', () => {
    expect(parse('watch').watch).toBe(true);
    expect(parse('watch=False').watch).toBe(false);
    expect(parse('watch=0').watch).toBe(false);
  });

  it('take a limit of zero or less for none', () => {
    expect(parse('limit=500').limit).toBe(500);
    expect(parse('limit=0').limit).toBeUndefined();
    expect(parse('limit=-1').limit).toBeUndefined();
  });

  it.each([
    ['limit=x', '400 limit: strconv.ParseInt: parsing "x": invalid syntax'],
    ['timeoutSeconds=1e3', '400 timeoutSeconds: strconv.ParseInt: parsing "1e3": invalid syntax'],
    ['limit=99999999999999999999', '400 limit: strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    ['resourceVersion=-1', '400 resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax'],
    [
      'resourceVersion=18446744073709551616',
      '400 resourceVersion: Invalid value: "18446744073709551616": strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ],
    ['labelSelector=a,', `400 unable to parse requirement: found '', expected: identifier after ','`],
    ['fieldSelector=x%3Dy', '400 "x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['continue=!!', '400 continue key is not valid: it was not issued by this server'],
    [
      `continue=${encodeContinueToken({ resourceVersion: '3', after: ['a'] }, none)}&resourceVersion=3`,
      '400 specifying resource version is not allowed when using continue',
    ],
    [
      'resourceVersionMatch=Exact',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "Exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersionMatch=x&resourceVersion=1',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "x": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'sendInitialEvents=true',
      '422 ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
    [
      'watch=1&resourceVersionMatch=NotOlderThan',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    [
      'watch=1&sendInitialEvents=true',
      '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
  ])('refuse %s', (query, why) => {
    expect(refusal(query)).toBe(why);
  });

  it('allow a watch that begins with the present state', () => {
    expect(
      parse('watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=1'),
    ).toMatchObject({
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
    });
  });
});

describe('continue token', () => {
  it('brings back what it was made of, in characters that need no escape', () => {
    const position = { resourceVersion: '18446744073709551615', after: ['dev', 'ruby:2.7/ü'] };
    const token = encodeContinueToken(position, { labels: 'a=b', fields: '' });
    expect(token).toMatch(/^[\w-]+$/);
    expect(decodeContinueToken(token, { labels: 'a=b', fields: '' })).toEqual(position);
    expect(parse(`labelSelector=a%3Db&continue=${token}`).continue).toEqual(position);
  });

  it('is refused for a list with other selectors', () => {
    const token = encodeContinueToken({ resourceVersion: '1', after: [] }, none);
    expect(() => decodeContinueToken(token, { labels: 'a', fields: '' })).toThrow('with other selectors');
  });

  it('is refused when it is anything else', () => {
    const wrap = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map(wrap),
          fc.jsonValue().map((after) => wrap({ v: 1, rv: '1', after, sel: 'x' })),
        ),
        (token) => {
          expect(() => decodeContinueToken(token, none)).toThrow(ApiError);
        },
      ),
    );
    expect(() => decodeContinueToken('a'.repeat(MAX_TOKEN_LENGTH + 1), none)).toThrow(ApiError);
  });
});
