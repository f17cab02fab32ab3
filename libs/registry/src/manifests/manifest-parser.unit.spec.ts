import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegistryError } from '../registry-error.js';
import { parseManifest } from './manifest-parser.js';
import { MediaType } from './media-types.js';

const digest = (c: string) => `sha256:${c.repeat(64)}`;
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const descriptor = (c: string, size = 1) => ({ mediaType: 'application/x', digest: digest(c), size });
const image = { schemaVersion: 2, config: descriptor('c', 7), layers: [descriptor('1', 10), descriptor('2', 20)] };
const index = {
  schemaVersion: 2,
  manifests: [{ ...descriptor('a'), platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }, descriptor('b')],
};

const refusal = (value: unknown, type?: string): RegistryError => {
  try {
    parseManifest(bytes(value), type);
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('parseManifest', () => {
  it('reads image manifests', () => {
    for (const mediaType of [MediaType.ociManifest, MediaType.dockerSchema2]) {
      expect(parseManifest(bytes({ ...image, mediaType }), mediaType)).toEqual({
        kind: 'image',
        mediaType,
        config: image.config,
        layers: image.layers,
      });
    }
  });

  it('reads indexes, with and without platforms', () => {
    for (const mediaType of [MediaType.ociIndex, MediaType.dockerManifestList]) {
      expect(parseManifest(bytes(index), `${mediaType}; charset=utf-8`)).toEqual({
        kind: 'index',
        mediaType,
        manifests: index.manifests,
      });
    }
  });

  it.each([
    [image, MediaType.ociManifest],
    [index, MediaType.ociIndex],
    [{ ...image, mediaType: MediaType.dockerSchema2 }, MediaType.dockerSchema2],
    [{ schemaVersion: 1, fsLayers: [], history: [] }, MediaType.dockerSchema1],
  ])('finds out what a document is that was served as plain JSON', (document, mediaType) => {
    for (const served of ['application/json', 'text/plain; charset=utf-8', undefined]) {
      expect(parseManifest(bytes(document), served).mediaType).toBe(mediaType);
    }
  });

  it('refuses a document that contradicts how it was served', () => {
    expect(refusal({ ...image, mediaType: MediaType.ociManifest }, MediaType.dockerSchema2).code).toBe('malformed');
    expect(refusal(index, MediaType.ociManifest).code).toBe('malformed');
    expect(refusal(image, MediaType.dockerSchema1).code).toBe('malformed');
  });

  it('refuses a document that is an image and an index at once', () => {
    expect(refusal({ ...image, ...index }).message).toContain('at once');
  });

  it('names the type that it does not know', () => {
    const type = 'application/vnd.oci.artifact.manifest.v1+json';
    expect(refusal({}, type)).toMatchObject({
      code: 'unsupported-manifest',
      message: `unsupported image manifest type: ${type}`,
    });
    expect(refusal({ mediaType: type }).code).toBe('unsupported-manifest');
  });

  it.each([
    ['not JSON', 'x'],
    ['not an object', '[]'],
    ['no version', {}],
    ['no config', { ...image, config: undefined }],
    ['a bad layer digest', { ...image, layers: [{ digest: '../../x', size: 1 }] }],
    ['a negative size', { ...image, layers: [descriptor('1', -1)] }],
    ['layers that are no list', { ...image, layers: {} }],
  ])('refuses %s', (_what, document) => {
    expect(refusal(document, 'application/json').code).toBe('malformed');
  });

  it('refuses bytes that are not UTF-8, which could not be kept as text', () => {
    const broken = Buffer.concat([Buffer.from('{"schemaVersion":2,"x":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(() => parseManifest(broken)).toThrow('not UTF-8');
  });

  it('answers anything with a manifest or its own error', () => {
    const types = fc.constantFrom(...Object.values(MediaType), '', 'application/json', 'x/y');
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), types, (text, type) => {
        try {
          parseManifest(bytes(text), type);
        } catch (error) {
          expect(error).toBeInstanceOf(RegistryError);
        }
      }),
    );
  });
});

describe('schema 1', () => {
  const payload = JSON.stringify(
    { schemaVersion: 1, fsLayers: [{ blobSum: digest('1') }], history: [{ v1Compatibility: '{"id":"x"}' }] },
    null,
    3,
  );
  const signedBy = (...headers: unknown[]) => {
    const signatures = headers.map((header) => ({
      protected: Buffer.from(JSON.stringify(header)).toString('base64url'),
    }));
    return `${payload.slice(0, -2)},\n   "signatures": ${JSON.stringify(signatures)}\n}`;
  };
  const header = { formatLength: payload.length - 2, formatTail: Buffer.from('\n}').toString('base64url') };

  it('cuts the signatures out again', () => {
    const manifest = parseManifest(bytes(signedBy(header, header)), 'application/json');
    expect(manifest).toMatchObject({ kind: 'schema1', mediaType: MediaType.dockerSchema1Signed });
    expect(manifest.kind === 'schema1' && Buffer.from(manifest.canonicalPayload).toString()).toBe(payload);
  });

  it('takes an unsigned document as it is', () => {
    const manifest = parseManifest(bytes(payload), MediaType.dockerSchema1);
    expect(manifest.kind === 'schema1' && Buffer.from(manifest.canonicalPayload).toString()).toBe(payload);
  });

  it.each([
    ['says too long a length', [{ ...header, formatLength: 1e9 }]],
    ['says no length', [{}]],
    ['is no object', ['x']],
    ['disagrees with another', [header, { ...header, formatLength: 3 }]],
  ])('refuses a signature that %s', (_what, headers) => {
    expect(refusal(signedBy(...headers)).message).toBe('unable to load canonical representation from schema1 manifest');
  });
});
