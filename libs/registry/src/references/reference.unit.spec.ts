import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidReferenceError } from './reference-grammar.js';
import {
  clientDefaults,
  daemonMinimal,
  exact,
  formatReference,
  hostAndPort,
  mostSpecific,
  parseReference,
  registryUrl,
  repositoryName,
  sameReference,
} from './reference.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const ref = (parts: Partial<ReturnType<typeof parseReference>>) => ({
  registry: '',
  namespace: '',
  name: '',
  tag: '',
  id: '',
  ...parts,
});

describe('parseReference', () => {
  it.each([
    ['busybox', ref({ name: 'busybox' })],
    ['busybox:1.36', ref({ name: 'busybox', tag: '1.36' })],
    ['library/busybox', ref({ namespace: 'library', name: 'busybox' })],
    ['registry.example.com/a/b:v1', ref({ registry: 'registry.example.com', namespace: 'a', name: 'b', tag: 'v1' })],
    ['registry.example.com/a/b/c/d', ref({ registry: 'registry.example.com', namespace: 'a', name: 'b/c/d' })],
    ['registry.example.com/a', ref({ registry: 'registry.example.com', name: 'a' })],
    ['127.0.0.1:5000/a/b', ref({ registry: '127.0.0.1:5000', namespace: 'a', name: 'b' })],
    ['host:5000/a', ref({ registry: 'host:5000', name: 'a' })],
    ['localhost/a/b', ref({ registry: 'localhost', namespace: 'a', name: 'b' })],
    ['a/b/c', ref({ namespace: 'a', name: 'b/c' })],
    ['Upper/case', ref({ namespace: 'Upper', name: 'case' })],
    [`a/b:t@${DIGEST}`, ref({ namespace: 'a', name: 'b', tag: 't', id: DIGEST })],
    ['registry.example.com', ref({ registry: 'registry.example.com' })],
    ['registry.example.com:5000', ref({ registry: 'registry.example.com:5000' })],
    ['localhost:5000', ref({ registry: 'localhost:5000' })],
  ])('takes %s apart', (text, parts) => {
    expect(parseReference(text)).toEqual(parts);
  });

  it.each([
    ['', 'repository name must have at least one component'],
    ['Busybox', 'repository name must be lowercase'],
    ['a/B', 'repository name must be lowercase'],
    ['a//b', 'invalid reference format'],
    ['a:', 'invalid reference format'],
    ['a@sha256:abc', 'invalid reference format'],
    ['a b', 'invalid reference format'],
    ['*', 'invalid reference format'],
    ['a:b:c', 'invalid reference format'],
    ['a..b', 'invalid reference format'],
    [`a:${'t'.repeat(129)}`, 'invalid reference format'],
    ['a'.repeat(256), 'repository name must not be more than 255 characters'],
    [`a@sha256:${'a'.repeat(40)}`, 'invalid checksum digest length'],
    [`a@md5:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
  ])('refuses %s', (text, message) => {
    expect(() => parseReference(text)).toThrow(new InvalidReferenceError(message));
  });

  it('gives back what it read', () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
    const path = fc.array(component, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, fc.stringMatching(/^\w[\w.-]{0,10}$/), (name, tag) => {
        const text = `registry.example.com/${name}:${tag}`;
        expect(exact(parseReference(text))).toBe(text);
      }),
    );
  });

  it('answers any text with a reference or its own error', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        try {
          parseReference(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidReferenceError);
        }
      }),
    );
  });
});

describe('operations on references', () => {
  const parse = parseReference;

  it('fills in what the Docker client assumes, the tag even beside a digest', () => {
    expect(exact({ ...clientDefaults(parse('busybox')), id: '' })).toBe('docker.io/library/busybox:latest');
    expect(clientDefaults(parse(`busybox@${DIGEST}`))).toMatchObject({ tag: 'latest', id: DIGEST });
    expect(clientDefaults(parse('registry-1.docker.io/busybox')).namespace).toBe('library');
    expect(clientDefaults(parse('quay.example.com/busybox')).namespace).toBe('');
  });

  it('names repository, host and URL', () => {
    expect(repositoryName(parse('registry.example.com/a/b/c:t'))).toBe('a/b/c');
    expect(hostAndPort(parse('busybox'), false)).toEqual({ host: 'docker.io', port: '443' });
    expect(hostAndPort(parse('docker.io/library/busybox'), false)).toEqual({
      host: 'registry-1.docker.io',
      port: '443',
    });
    expect(hostAndPort(parse('registry.example.com/a'), true)).toEqual({ host: 'registry.example.com', port: '80' });
    expect(hostAndPort(parse('registry.example.com:5000/a'), true)).toEqual({
      host: 'registry.example.com',
      port: '5000',
    });
    expect(registryUrl(clientDefaults(parse('busybox')))).toBe('https://registry-1.docker.io');
    expect(registryUrl(parse('registry.example.com:5000/a'))).toBe('https://registry.example.com:5000');
  });

  it('shortens for the Docker daemon', () => {
    expect(exact(daemonMinimal(parse('index.docker.io/library/busybox:latest')))).toBe('docker.io/busybox');
    expect(exact(daemonMinimal(parse('registry.example.com/library/a:latest')))).toBe('registry.example.com/library/a');
  });

  it('prefers a digest, and takes an id that is none for a tag', () => {
    expect(mostSpecific(parse(`a/b:t@${DIGEST}`))).toEqual(ref({ namespace: 'a', name: 'b', id: DIGEST }));
    expect(mostSpecific(ref({ name: 'b', id: 'abc' }))).toEqual(ref({ name: 'b', tag: 'abc' }));
    expect(mostSpecific(ref({ name: 'b', tag: 't', id: 'abc' }))).toEqual(ref({ name: 'b', tag: 't', id: 'abc' }));
  });

  it('writes references', () => {
    expect(exact(parse(`registry.example.com/a/b:t@${DIGEST}`))).toBe(`registry.example.com/a/b@${DIGEST}`);
    expect(exact(ref({ name: 'b', id: 'abc' }))).toBe('b:abc');
    expect(exact(parse('registry.example.com'))).toBe('');
    expect(formatReference(parse('docker.io/busybox'))).toBe('docker.io/library/busybox');
    expect(formatReference(parse('busybox'))).toBe('busybox');
  });

  it('compares after the defaults', () => {
    expect(sameReference(parse('busybox'), parse('docker.io/library/busybox:latest'))).toBe(true);
    expect(sameReference(parse('busybox'), parse('busybox:1'))).toBe(false);
  });
});
