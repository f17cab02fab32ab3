import { describe, expect, it } from 'vitest';
import type { ImageManifestEntry } from '#lib/events';
import { validateImage } from './image-validation.js';

const reference = 'registry.example.com/team/app:1';
const entry: ImageManifestEntry = {
  digest: `sha256:${'a'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  manifestSize: 10,
  architecture: 'amd64',
  os: 'linux',
};
const problemsOf = (change: Partial<ImageManifestEntry>): string[] =>
  validateImage({ dockerImageReference: reference, dockerImageManifests: [entry, { ...entry, ...change }] }).map(
    ({ field, kind }) => `${kind} ${field}`,
  );

describe('validating an image', () => {
  it('accepts a reference, and a list of complete entries', () => {
    expect(validateImage({ dockerImageReference: reference })).toEqual([]);
    expect(problemsOf({})).toEqual([]);
  });

  it('names the field of the object that holds the image', () => {
    expect(validateImage({}, 'image.')).toEqual([
      { field: 'image.dockerImageReference', kind: 'required', detail: '' },
    ]);
  });

  it.each([
    [{ digest: 'sha256:abc' }, 'invalid dockerImageManifests[1].digest'],
    [{ mediaType: 'application' }, 'invalid dockerImageManifests[1].mediaType'],
    [{ mediaType: 'appli.cation/json' }, 'invalid dockerImageManifests[1].mediaType'],
    [{ architecture: '' }, 'required dockerImageManifests[1].architecture'],
    [{ os: '' }, 'required dockerImageManifests[1].os'],
    [{ manifestSize: -1 }, 'invalid dockerImageManifests[1].size'],
  ])('refuses a list entry with %j', (change, problem) => {
    expect(problemsOf(change)).toEqual([problem]);
  });

  it('refuses layers beside a list of manifests', () => {
    const layers = [{ name: entry.digest, size: 1, mediaType: '' }];
    const content = { dockerImageReference: reference, dockerImageManifests: [entry], dockerImageLayers: layers };
    expect(validateImage(content).map(({ field }) => field)).toEqual(['dockerImageLayers']);
  });
});
