import { describe, expect, it } from 'vitest';
import { parseReference } from '../references/reference.js';
import { AllowList, type AllowedRegistry, type Transport } from './allow-list.js';

const list = (...entries: readonly (string | AllowedRegistry)[]) =>
  AllowList.from(entries.map((entry) => (typeof entry === 'string' ? { domainName: entry } : entry)));
const check = (allowed: AllowList, text: string, transport: Transport = 'secure') =>
  allowed.check(parseReference(text), transport);

describe('AllowList', () => {
  it('allows everything without entries', () => {
    expect(check(AllowList.from([]), 'registry.example.com:1/a')).toBeUndefined();
  });

  it('compares host and port, with 443 as the default and 80 for insecure entries', () => {
    const allowed = list('registry.example.com', { domainName: 'plain.example.com', insecure: true });
    expect(check(allowed, 'registry.example.com/a/b')).toBeUndefined();
    expect(check(allowed, 'registry.example.com:443/a/b')).toBeUndefined();
    expect(check(allowed, 'plain.example.com/a/b', 'insecure')).toBeUndefined();
    expect(check(allowed, 'plain.example.com/a/b', 'any')).toBeUndefined();
    expect(check(allowed, 'plain.example.com/a/b')).toBe(
      'registry "plain.example.com" not allowed by whitelist: "registry.example.com:443", "plain.example.com:80"',
    );
  });

  it('knows wildcards in host and port', () => {
    const allowed = list('*.example.com:*', 'host:50?0');
    expect(check(allowed, 'a.example.com:8443/x')).toBeUndefined();
    expect(check(allowed, 'host:5000/x')).toBeUndefined();
    expect(check(allowed, 'host:6000/x')).toBeDefined();
  });

  it('lets docker.io stand for all names of Docker Hub, but registry-1.docker.io not for short names', () => {
    for (const spelling of [
      'busybox',
      'docker.io/library/busybox',
      'index.docker.io/a/b',
      'registry-1.docker.io/a/b',
    ]) {
      expect(check(list('docker.io'), spelling)).toBeUndefined();
    }
    expect(check(list('registry-1.docker.io'), 'docker.io/library/busybox')).toBeUndefined();
    expect(check(list('registry-1.docker.io'), 'busybox')).toBe(
      'registry "docker.io:443" not allowed by whitelist: "registry-1.docker.io:443"',
    );
    expect(check(list('a'), 'busybox', 'any')).toBe('registry "docker.io" not allowed by whitelist: "a:443"');
  });

  it('shows no more than five entries', () => {
    expect(check(list('a', 'b', 'c', 'd', 'e'), 'x.example.com/y')).toContain('"d:443", "e:443"');
    expect(check(list('a', 'b', 'c', 'd', 'e', 'f'), 'x.example.com/y')).toBe(
      'registry "x.example.com" not allowed by whitelist: "a:443", "b:443", "c:443", "d:443", and 2 more ...',
    );
    expect(check(AllowList.nothing(), 'x.example.com/y')).toBe(
      'registry "x.example.com" not allowed by empty whitelist',
    );
  });

  it('keeps the last of equal entries', () => {
    expect(check(list('a', 'b', 'a:443'), 'x.example.com/y')).toContain('whitelist: "b:443", "a:443"');
  });

  it('always allows the internal registry, which comes first', () => {
    const allowed = AllowList.from([{ domainName: 'a' }], 'internal.example.com:5000');
    expect(check(allowed, 'internal.example.com:5000/x/y')).toBeUndefined();
    expect(check(allowed, 'x.example.com/y')).toContain('"internal.example.com:5000", "a:443"');
  });

  it('lets some repositories through for a while, by any tag', () => {
    const allowed = list('a').alsoAllowing([parseReference('busybox:1')]);
    expect(check(allowed, 'docker.io/library/busybox:2')).toBeUndefined();
    expect(check(allowed, 'alpine')).toBeDefined();
    expect(check(list('a'), 'busybox')).toBeDefined();
  });

  it('does not start with entries that it cannot read', () => {
    expect(() => list('a:b:c')).toThrow('failed to parse allowed registry "a:b:c": too many colons');
  });
});
