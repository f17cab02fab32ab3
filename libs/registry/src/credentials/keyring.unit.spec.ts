import { describe, expect, it } from 'vitest';
import { firstOf } from './credential-source.js';
import { InvalidDockerConfigError, parseDockerConfig } from './docker-config.js';
import { Keyring } from './keyring.js';

const keyring = (...locations: readonly string[]) =>
  new Keyring(
    locations.map((location, i) => ({ location, credentials: { username: `${i}:${location}`, password: 'p' } })),
  );
const who = (ring: Keyring, host: string, repository = 'a/b') => ring.credentialsFor({ host, repository })?.username;

describe('Keyring', () => {
  it('takes the longest path first', () => {
    const ring = keyring('registry.example.com', 'registry.example.com/a/b', 'registry.example.com/a');
    expect(who(ring, 'registry.example.com', 'a/b')).toBe('1:registry.example.com/a/b');
    expect(who(ring, 'registry.example.com', 'a/c')).toBe('2:registry.example.com/a');
    expect(who(ring, 'registry.example.com', 'x')).toBe('0:registry.example.com');
  });

  it('compares ports, but for those that go without saying', () => {
    const ring = keyring('registry.example.com', 'registry.example.com:5000');
    expect(who(ring, 'registry.example.com:5000')).toBe('1:registry.example.com:5000');
    expect(who(ring, 'registry.example.com:443')).toBe('0:registry.example.com');
    expect(who(ring, 'registry.example.com:6000')).toBeUndefined();
  });

  it('knows wildcards label by label', () => {
    const ring = keyring('*.example.com');
    expect(who(ring, 'registry.example.com')).toBe('0:*.example.com');
    expect(who(ring, 'a.registry.example.com')).toBeUndefined();
    expect(who(keyring('*.example.com', 'a.example.com'), 'a.example.com')).toBe('1:a.example.com');
  });

  it.each(['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'])(
    'finds Docker Hub as %s',
    (location) => {
      expect(who(keyring(location), 'registry-1.docker.io', 'library/busybox')).toBe(`0:${location}`);
    },
  );

  it('takes the first of equal locations, also across spellings', () => {
    expect(who(keyring('https://registry.example.com/v2/', 'registry.example.com'), 'registry.example.com')).toBe(
      '0:https://registry.example.com/v2/',
    );
  });

  it('stands before the next source', () => {
    const both = firstOf(keyring('a.example.com'), keyring('a.example.com', 'b.example.com'));
    expect(both.credentialsFor({ host: 'a.example.com', repository: 'x' })?.username).toBe('0:a.example.com');
    expect(both.credentialsFor({ host: 'b.example.com', repository: 'x' })?.username).toBe('1:b.example.com');
  });
});

describe('parseDockerConfig', () => {
  const auth = Buffer.from('user:pass:word').toString('base64');

  it('reads both formats', () => {
    const entry = { location: 'r.example.com', credentials: { username: 'user', password: 'pass:word' } };
    expect(parseDockerConfig(JSON.stringify({ auths: { 'r.example.com': { auth } } }), 'dockerconfigjson')).toEqual([
      entry,
    ]);
    expect(parseDockerConfig(JSON.stringify({ 'r.example.com': { auth } }), 'dockercfg')).toEqual([entry]);
  });

  it('takes user name and password where there is no auth', () => {
    const text = JSON.stringify({ 'r.example.com': { username: 'u', password: 'p' } });
    expect(parseDockerConfig(text, 'dockercfg')[0]?.credentials).toEqual({ username: 'u', password: 'p' });
  });

  it('leaves out entries that hold nothing usable', () => {
    const auths = { a: {}, b: null, c: { auth: 'bm9jb2xvbg==' }, d: 'x', e: { auth } };
    expect(parseDockerConfig(JSON.stringify({ auths }), 'dockerconfigjson').map((e) => e.location)).toEqual(['e']);
    expect(parseDockerConfig('{}', 'dockerconfigjson')).toEqual([]);
  });

  it('never shows its content in an error', () => {
    for (const text of ['hunter2', '["hunter2"]', '{"auths":["hunter2"]}']) {
      expect(() => parseDockerConfig(text, 'dockerconfigjson')).toThrow(InvalidDockerConfigError);
      expect(() => parseDockerConfig(text, 'dockerconfigjson')).not.toThrow(/hunter2/);
    }
  });
});
