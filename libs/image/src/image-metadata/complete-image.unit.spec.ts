import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAYER_ORDER_ANNOTATION } from '../image-content.js';
import type { ImageContent } from '../image-content.js';
import { completeImage } from './complete-image.js';
import {
  DOCKER_LIST,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA_1,
  SCHEMA_1_LAYER,
  SCHEMA_1_SIGNED,
  SCHEMA_2,
} from './media-types.js';

const now = new Date('2024-05-06T07:08:09.123Z');
const sha = (digit: string): string => `sha256:${digit.repeat(64)}`;
const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';

const config = JSON.stringify({
  architecture: 'arm64',
  os: 'linux',
  created: '2023-01-02T03:04:05.678901234Z',
  config: { Env: ['PATH=/bin'], Cmd: ['sh'], Labels: { team: 'a' }, Healthcheck: { Test: ['NONE'] }, User: '' },
  rootfs: { type: 'layers', diff_ids: [] },
  history: [],
});

const manifest = (layers: readonly [string, number][], mediaType?: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    ...(mediaType === undefined ? {} : { mediaType }),
    config: { digest: sha('c'), size: config.length, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: layers.map(([digest, size]) => ({ digest, size, mediaType: GZIP })),
  });

const single = (more: Partial<ImageContent> = {}): ImageContent => ({
  metadata: { name: sha('a') },
  dockerImageReference: 'registry.example.com/team/app@sha256:aa',
  dockerImageManifest: manifest(
    [
      [sha('1'), 100],
      [sha('2'), 20],
      [sha('1'), 100],
    ],
    OCI_MANIFEST,
  ),
  dockerImageConfig: config,
  ...more,
});

describe('completing an image from an OCI or schema 2 manifest', () => {
  it('takes layers, media type and what the configuration says', () => {
    const { image, problems } = completeImage(single(), now);
    expect(problems).toEqual([]);
    expect(image.dockerImageLayers?.map(({ name }) => name)).toEqual([sha('1'), sha('2'), sha('1')]);
    expect(image.dockerImageManifestMediaType).toBe(OCI_MANIFEST);
    expect(image.metadata?.annotations).toEqual({ [LAYER_ORDER_ANNOTATION]: 'ascending' });
    expect(image.dockerImageMetadata).toEqual({
      kind: 'DockerImage',
      apiVersion: 'image.openshift.io/1.0',
      Id: sha('c'),
      Created: '2023-01-02T03:04:05Z',
      ContainerConfig: {},
      Config: { Env: ['PATH=/bin'], Cmd: ['sh'], Labels: { team: 'a' } },
      Architecture: 'arm64',
      Size: 120 + config.length,
    });
  });

  it('writes the metadata in the version that the image keeps it in', () => {
    const { image } = completeImage(single({ dockerImageMetadataVersion: 'pre012' }), now);
    expect(image.dockerImageMetadata).toMatchObject({
      apiVersion: 'image.openshift.io/pre012',
      id: sha('c'),
      container_config: {},
      config: { Cmd: ['sh'] },
    });
  });

  it('does not count the configuration twice when a layer is the same blob', () => {
    const { image } = completeImage(
      single({ dockerImageManifest: manifest([[sha('c'), config.length]], SCHEMA_2) }),
      now,
    );
    expect(image.dockerImageMetadata?.['Size']).toBe(config.length);
  });

  it('keeps the media type that the image states when the manifest is silent, else takes it for schema 2', () => {
    const silent = single({ dockerImageManifest: manifest([[sha('1'), 1]]) });
    expect(completeImage(silent, now).image.dockerImageManifestMediaType).toBe(SCHEMA_2);
    const stated = { ...silent, dockerImageManifestMediaType: OCI_MANIFEST };
    expect(completeImage(stated, now).image.dockerImageManifestMediaType).toBe(OCI_MANIFEST);
  });

  it('changes nothing the second time', () => {
    const { image } = completeImage(single(), now);
    expect(completeImage(image, new Date(0)).image).toEqual(image);
  });

  it('needs a configuration, and one that is JSON', () => {
    const without = single({ dockerImageConfig: '' });
    expect(completeImage(without, now)).toEqual({
      image: without,
      problems: [`dockerImageConfig must not be empty for manifest type "${OCI_MANIFEST}"`],
    });
    expect(completeImage(single({ dockerImageConfig: '{' }), now).problems).toEqual([
      'failed to parse dockerImageConfig: it is not JSON',
    ]);
  });
});

describe('the order of layers', () => {
  const layers = (...digits: string[]) => digits.map((digit) => ({ name: sha(digit), size: 1, mediaType: GZIP }));
  const names = (image: ImageContent) => image.dockerImageLayers?.map(({ name }) => name.at(-1)).join('');
  const text = manifest(
    [
      [sha('1'), 1],
      [sha('2'), 1],
    ],
    SCHEMA_2,
  );

  it('is read from the manifest where no annotation says it', () => {
    const ascending = single({ dockerImageManifest: text, dockerImageLayers: layers('1', '2') });
    expect(names(completeImage(ascending, now).image)).toBe('12');
    const descending = single({ dockerImageManifest: text, dockerImageLayers: layers('2', '1') });
    expect(names(completeImage(descending, now).image)).toBe('12');
  });

  it('follows the annotation', () => {
    const image = single({
      dockerImageManifest: text,
      dockerImageLayers: layers('1', '2'),
      metadata: { name: sha('a'), annotations: { [LAYER_ORDER_ANNOTATION]: 'descending', other: 'kept' } },
    });
    const completed = completeImage(image, now).image;
    expect(names(completed)).toBe('21');
    expect(completed.metadata?.annotations).toEqual({ [LAYER_ORDER_ANNOTATION]: 'ascending', other: 'kept' });
  });

  it('falls back to the format for layers that are not the manifest’s', () => {
    const image = single({
      dockerImageManifest: text,
      dockerImageManifestMediaType: SCHEMA_2,
      dockerImageLayers: layers('8', '9'),
    });
    expect(names(completeImage(image, now).image)).toBe('98');
  });
});

describe('completing an image from a schema 1 manifest', () => {
  const history = [
    JSON.stringify({
      id: 'top',
      parent: 'base',
      created: '2015-01-01T00:00:00Z',
      Size: 7,
      author: 'somebody',
      config: {},
    }),
    JSON.stringify({ id: 'base', Size: 5 }),
  ];
  const image = (entries: readonly string[], blobs: readonly string[]): ImageContent => ({
    metadata: { name: sha('a') },
    dockerImageReference: 'example.com/app',
    dockerImageManifestMediaType: SCHEMA_1_SIGNED,
    dockerImageManifest: JSON.stringify({
      schemaVersion: 1,
      fsLayers: blobs.map((blobSum) => ({ blobSum })),
      history: entries.map((v1Compatibility) => ({ v1Compatibility })),
    }),
  });

  it('turns the layers base first and reads the newest entry of the history', () => {
    const { image: completed, problems } = completeImage(image(history, [sha('2'), sha('1')]), now);
    expect(problems).toEqual([]);
    expect(completed.dockerImageManifestMediaType).toBe(SCHEMA_1);
    expect(completed.dockerImageLayers).toEqual([
      { name: sha('1'), size: 5, mediaType: SCHEMA_1_LAYER },
      { name: sha('2'), size: 7, mediaType: SCHEMA_1_LAYER },
    ]);
    expect(completed.dockerImageMetadata).toMatchObject({
      Id: 'top',
      Parent: 'base',
      Author: 'somebody',
      Config: {},
      Size: 12,
    });
  });

  it('refuses a history of another length, and an empty one', () => {
    expect(completeImage(image(history, [sha('1')]), now).problems).toEqual([
      `the image ${sha('a')} (example.com/app) has mismatched history and fslayer cardinality (2 != 1)`,
    ]);
    expect(completeImage(image([], []), now).problems).toEqual([
      `the image ${sha('a')} (example.com/app) has a schema 1 manifest, but it doesn't have history`,
    ]);
  });
});

describe('completing an image from a manifest list', () => {
  const entries = [
    { digest: sha('1'), mediaType: SCHEMA_2, size: 500, platform: { architecture: 'amd64', os: 'linux' } },
    { digest: sha('2'), mediaType: SCHEMA_2, size: 501, platform: { architecture: 'arm', os: 'linux', variant: 'v7' } },
  ];
  const list = (mediaType: string | undefined, stated?: string): ImageContent => ({
    metadata: { name: sha('a') },
    dockerImageManifest: JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries }),
    ...(stated === undefined ? {} : { dockerImageManifestMediaType: stated }),
  });

  it('lists the sub-manifests and names the image after itself', () => {
    const { image } = completeImage(list(DOCKER_LIST), now);
    expect(image.dockerImageManifests).toEqual([
      { digest: sha('1'), mediaType: SCHEMA_2, manifestSize: 500, architecture: 'amd64', os: 'linux' },
      { digest: sha('2'), mediaType: SCHEMA_2, manifestSize: 501, architecture: 'arm', os: 'linux', variant: 'v7' },
    ]);
    expect(image.dockerImageMetadata).toMatchObject({ Id: sha('a'), Created: '2024-05-06T07:08:09Z' });
    expect(image.dockerImageLayers).toBeUndefined();
  });

  it('knows an index that does not name its media type', () => {
    expect(completeImage(list(undefined, OCI_INDEX), now).image.dockerImageManifests).toHaveLength(2);
    expect(completeImage(list(undefined), now).image.dockerImageManifestMediaType).toBe(OCI_INDEX);
  });

  it('keeps the time of the first completion', () => {
    const { image } = completeImage(list(OCI_INDEX), now);
    expect(completeImage(image, new Date('2030-01-01T00:00:00Z')).image).toEqual(image);
  });
});

describe('manifests that are not', () => {
  it('leaves an image without a manifest as it is', () => {
    const image = { metadata: { name: 'x' }, dockerImageReference: 'example.com/x' };
    expect(completeImage(image, now)).toEqual({ image, problems: [] });
  });

  it('names an unknown schema version', () => {
    expect(completeImage(single({ dockerImageManifest: '{"schemaVersion":3}' }), now).problems).toEqual([
      `unrecognized container image manifest schema 3 for "${sha('a')}" (registry.example.com/team/app@sha256:aa)`,
    ]);
  });

  it('answers every text with an image or a problem', () => {
    const json = fc.json({ maxDepth: 5 });
    const parts = fc.record({
      schemaVersion: fc.constantFrom(1, 2, 3),
      layers: fc.jsonValue(),
      config: fc.jsonValue(),
      fsLayers: fc.jsonValue(),
      history: fc.jsonValue(),
      manifests: fc.jsonValue(),
    });
    const text = fc.oneof(
      fc.string(),
      json,
      parts.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, fc.oneof(fc.string(), json), fc.constantFrom('', SCHEMA_1, OCI_INDEX), (m, c, type) => {
        const sent = single({ dockerImageManifest: m, dockerImageConfig: c, dockerImageManifestMediaType: type });
        const { image, problems } = completeImage(sent, now);
        if (problems.length > 0) expect(image).toBe(sent);
      }),
    );
  });

  it('is not fooled by keys of the prototype', () => {
    const hostile = '{"config":{"Labels":{"__proto__":"x","constructor":"y"},"__proto__":{"User":"root"}}}';
    const { image } = completeImage(single({ dockerImageConfig: hostile }), now);
    const labels = (image.dockerImageMetadata?.['Config'] as { Labels: object }).Labels;
    expect(Object.keys(labels)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
    expect(JSON.stringify(image.dockerImageMetadata)).not.toContain('root');
  });

  it('does not try a manifest beyond the limit', () => {
    const text = `{"schemaVersion":2,"x":"${'x'.repeat(4 * 1024 * 1024)}"}`;
    expect(completeImage(single({ dockerImageManifest: text }), now).problems).toEqual([
      'the manifest cannot be read: it is too long',
    ]);
  });
});
