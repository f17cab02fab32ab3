import { describe, expect, it } from 'vitest';
import { generateName } from './generate-name.js';
import { dns1123Label, dns1123Subdomain, labelValue, pathSegmentName, qualifiedName } from './names.js';

describe('object names', () => {
  it.each([
    ['.', ["may not be '.'"]],
    ['..', ["may not be '..'"]],
    ['a/b%', ["may not contain '/'", "may not contain '%'"]],
    ['ruby:2.7', []],
    ['sha256:0a', []],
  ])('holds %j against the rule for path segments', (name, faults) => {
    expect(pathSegmentName(name)).toEqual(faults);
  });

  it('lets a prefix be what a whole name may not', () => {
    expect(pathSegmentName('.', true)).toEqual([]);
    expect(dns1123Label('build-', true)).toEqual([]);
    expect(dns1123Label('build-')).toHaveLength(1);
  });

  it('explains the DNS rules as Kubernetes does', () => {
    expect(dns1123Label('Not_Good')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
        "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(dns1123Label('a'.repeat(64))).toEqual(['must be no more than 63 bytes']);
    expect(dns1123Subdomain('a.b-c.d')).toEqual([]);
    expect(dns1123Subdomain('a..b')).toHaveLength(1);
    expect(dns1123Subdomain(`${'a'.repeat(100_000)}!`)).toHaveLength(2);
  });

  it.each(['a', 'A.b_c-d', 'example.com/MyName', 'openshift.io/image.managed'])('takes the key %s', (key) => {
    expect(qualifiedName(key)).toEqual([]);
  });

  it.each([
    ['', 'name part must be non-empty'],
    ['/a', 'prefix part must be non-empty'],
    ['a/', 'name part must be non-empty'],
    ['A/b', 'prefix part a lowercase RFC 1123 subdomain must'],
    ['-a', 'name part must consist of alphanumeric characters'],
    ['a/b/c', 'a qualified name must consist of alphanumeric characters'],
    ['a'.repeat(64), 'name part must be no more than 63 bytes'],
  ])('refuses the key %j', (key, fault) => {
    expect(qualifiedName(key)[0]).toContain(fault);
  });

  it('takes an empty label value and refuses a blank', () => {
    expect(labelValue('')).toEqual([]);
    expect(labelValue('a b')[0]).toMatch(/^a valid label must be an empty string or consist of/);
  });
});

describe('generateName', () => {
  it('adds five characters of the unmistakable kind', () => {
    expect(generateName('build-')).toMatch(/^build-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(generateName('x', () => 0)).toBe('xbbbbb');
  });

  it('shortens the base so that the name stays a DNS label', () => {
    expect(generateName('a'.repeat(200))).toHaveLength(63);
  });
});
