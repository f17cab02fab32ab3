import { describe, expect, it } from 'vitest';
import {
  defaultImage,
  defaultImageSignature,
  defaultImageStream,
  defaultImageStreamImport,
  defaultImageStreamMapping,
  defaultTagReference,
} from './defaults.js';

describe('a tag reference', () => {
  it('gets the policies of the server where it has none', () => {
    expect(defaultTagReference({ name: 'latest' }, 'PreserveOriginal')).toEqual({
      name: 'latest',
      annotations: null,
      generation: null,
      importPolicy: { importMode: 'PreserveOriginal' },
      referencePolicy: { type: 'Source' },
    });
  });

  it('keeps its own, and takes empty texts for none', () => {
    const own = {
      name: 'a',
      annotations: { x: 'y' },
      from: { kind: 'DockerImage', name: 'example.com/a', namespace: '' },
      reference: true,
      generation: 3,
      importPolicy: { insecure: true, scheduled: false, importMode: 'Legacy' },
      referencePolicy: { type: 'Local' },
    };
    expect(defaultTagReference(own, 'PreserveOriginal')).toEqual({
      ...own,
      from: { kind: 'DockerImage', name: 'example.com/a' },
      importPolicy: { insecure: true, importMode: 'Legacy' },
    });
    expect(defaultTagReference({ importPolicy: { importMode: '' }, referencePolicy: { type: '' } }, 'Legacy')).toEqual({
      name: '',
      annotations: null,
      generation: null,
      importPolicy: { importMode: 'Legacy' },
      referencePolicy: { type: 'Source' },
    });
  });
});

describe('an image stream', () => {
  it('has the keys that are always there, and no empty lists', () => {
    expect(defaultImageStream({ metadata: { name: 'app' }, spec: { tags: [] } }, 'Legacy')).toEqual({
      kind: 'ImageStream',
      apiVersion: 'image.openshift.io/v1',
      metadata: { name: 'app' },
      spec: { lookupPolicy: { local: false } },
      status: { dockerImageRepository: '' },
    });
  });

  it('sorts its tags by the bytes of their names, and the last of a name wins', () => {
    const tags = ['b', '\u{1f600}', 'a', '\uffee', 'B', 'b'].map((name, generation) => ({ name, generation }));
    const sorted = defaultImageStream({ spec: { tags } }, 'Legacy').spec.tags;
    expect(sorted?.map(({ name, generation }) => [name, generation])).toEqual([
      ['B', 4],
      ['a', 2],
      ['b', 5],
      ['\uffee', 3],
      ['\u{1f600}', 1],
    ]);
  });

  it('has null for the items of a tag that only has conditions', () => {
    const condition = { type: 'ImportSuccess', status: 'False', generation: 2 };
    const { status } = defaultImageStream({ status: { tags: [{ tag: 'a', conditions: [condition] }] } }, 'Legacy');
    expect(status.tags).toEqual([{ tag: 'a', items: null, conditions: [{ ...condition, lastTransitionTime: null }] }]);
  });
});

describe('an image', () => {
  it('says what it is made of even when it was sent empty', () => {
    const { image } = defaultImageStreamMapping({ metadata: { name: 'app' }, image: {}, tag: 'a' });
    expect(image).toEqual({
      metadata: {},
      dockerImageMetadata: {
        kind: 'DockerImage',
        apiVersion: 'image.openshift.io/1.0',
        Id: '',
        Created: null,
        ContainerConfig: {},
      },
      dockerImageMetadataVersion: '1.0',
    });
  });

  it('is refused when its metadata is of an unknown version, naming the kind that was sent', () => {
    const unknown = 'no kind "DockerImage" is registered for version "image.openshift.io/2.0"';
    expect(() => defaultImage({ dockerImageMetadataVersion: '2.0' })).toThrow(
      expect.objectContaining({
        code: 400,
        message: `Image in version "v1" cannot be handled as a Image: ${unknown}`,
      }),
    );
    expect(() => defaultImageStreamMapping({ image: { dockerImageMetadataVersion: '2.0' } })).toThrow(
      `ImageStreamMapping in version "v1" cannot be handled as a ImageStreamMapping: ${unknown}`,
    );
  });

  it('keeps the signatures that it was sent with', () => {
    const { signatures } = defaultImage({ signatures: [{ metadata: { name: 'a@b' }, type: 't', content: 'YQ==' }] });
    expect(signatures).toEqual([{ metadata: { name: 'a@b' }, type: 't', content: 'YQ==' }]);
  });
});

describe('an image signature', () => {
  it('has its content even when empty, and a key id for its signer', () => {
    expect(defaultImageSignature({ type: 't', issuedTo: { commonName: 'somebody' } })).toMatchObject({
      content: null,
      issuedTo: { commonName: 'somebody', publicKeyID: '' },
    });
  });
});

describe('an import', () => {
  const explicitTag = (pullSpec: string): string | undefined => /:(\w+)$/.exec(pullSpec)?.[1];

  it('goes to the tag that the pull specification names, unless told otherwise', () => {
    const images = [
      { from: { kind: 'DockerImage', name: 'example.com/a:one' } },
      { from: { kind: 'DockerImage', name: 'example.com/a' } },
      { from: { kind: 'DockerImage', name: 'example.com/a:one' }, to: { name: 'other' } },
      { from: { kind: 'DockerImage', name: 'example.com/a:one' }, to: {} },
    ];
    const { spec } = defaultImageStreamImport({ spec: { images } }, 'Legacy', explicitTag);
    expect(spec.import).toBe(false);
    expect(spec.images?.map(({ to }) => to)).toEqual([{ name: 'one' }, undefined, { name: 'other' }, { name: '' }]);
  });

  it('gets the policies of the server', () => {
    const policies = { importPolicy: { importMode: 'PreserveOriginal' }, referencePolicy: { type: 'Source' } };
    const from = { kind: 'DockerImage', name: 'example.com/a' };
    const request = { spec: { import: true, repository: { from }, images: [{ from }] } };
    const { spec } = defaultImageStreamImport(request, 'PreserveOriginal', explicitTag);
    expect(spec.repository).toEqual({ from, ...policies });
    expect(spec.images).toEqual([{ from, ...policies }]);
  });
});
