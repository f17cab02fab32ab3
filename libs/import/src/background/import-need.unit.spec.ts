import { describe, expect, it } from 'vitest';
import { ABSENT_TAG, TagHistory, type StreamHeader, type TagReference, type TagState } from '#lib/events';
import { importNeeded, scheduledImports, type StreamToImport } from './import-need.js';

const CHECKED = { 'openshift.io/image.dockerRepositoryCheck': '2024-01-01T00:00:00Z' };

const header = (annotations: Record<string, string> = CHECKED, dockerImageRepository = ''): StreamHeader => ({
  namespace: 'team',
  name: 'app',
  uid: 'u',
  creationTimestamp: '2024-01-01T00:00:00Z',
  generation: 3,
  metadata: { labels: {}, annotations, finalizers: [], ownerReferences: [] },
  lookupPolicy: { local: false },
  dockerImageRepository,
});

const SPEC: TagReference = {
  name: '',
  annotations: null,
  from: { kind: 'DockerImage', name: 'registry.example.com/a/b:1' },
  generation: 2,
  importPolicy: { importMode: 'Legacy' },
  referencePolicy: { type: 'Local' },
};

const wish = (spec: Partial<TagReference> = {}, state: Partial<TagState> = {}): TagState => ({
  ...ABSENT_TAG,
  ...state,
  spec: { ...SPEC, ...spec },
});

const imported = (generation: number): Partial<TagState> => ({
  history: TagHistory.of([{ created: null, dockerImageReference: 'x', image: 'sha256:1', generation }]),
});

const failed = (generation: number): Partial<TagState> => ({
  conditions: [{ type: 'ImportSuccess', status: 'False', lastTransitionTime: null, generation }],
});

const stream = (tags: Record<string, TagState>, own: StreamHeader | undefined = header()): StreamToImport => ({
  header: own,
  tags: Object.entries(tags),
});

const needed = (tags: Record<string, TagState>, own?: StreamHeader) =>
  importNeeded(stream(tags, own), 'Legacy')?.images.map(({ to }) => to);

describe('what a stream needs imported', () => {
  it('is what was never tried, and what was tried for an older wish only', () => {
    expect(
      needed({
        new: wish(),
        old: wish({}, imported(1)),
        met: wish({}, imported(2)),
        later: wish({}, imported(3)),
        failedBefore: wish({}, failed(1)),
        failed: wish({}, { ...imported(1), ...failed(2) }),
      }),
    ).toEqual(['new', 'old', 'failedBefore']);
  });

  it('is asked for as the tag says', () => {
    expect(
      importNeeded(stream({ v1: wish({ importPolicy: { insecure: true, importMode: 'Legacy' } }) }), 'Legacy'),
    ).toEqual({
      images: [
        {
          from: 'registry.example.com/a/b:1',
          to: 'v1',
          importPolicy: { insecure: true, importMode: 'Legacy' },
          referencePolicy: { type: 'Local' },
          includeManifest: false,
        },
      ],
    });
  });

  it('is nothing that only refers, and nothing that is a tag of a stream', () => {
    const from = { kind: 'ImageStreamTag', name: 'a:b' };
    expect(needed({ reference: wish({ reference: true }), tag: wish({ from }), pushed: ABSENT_TAG })).toBeUndefined();
  });

  it('takes wishes without a generation along', () => {
    expect(needed({ unnumbered: wish({ generation: null }) })).toBeUndefined();
    expect(needed({ unnumbered: wish({ generation: null }), new: wish() })).toEqual(['unnumbered', 'new']);
    expect(needed({ unnumbered: wish({ generation: null }) }, header({}))).toEqual(['unnumbered']);
  });

  it('is all of it, when the stream stands for a repository and was never imported', () => {
    const own = header({ 'openshift.io/image.insecureRepository': 'true' }, 'registry.example.com/a/b');
    expect(importNeeded(stream({ met: wish({}, imported(2)) }, own), 'PreserveOriginal')).toMatchObject({
      images: [{ to: 'met' }],
      repository: {
        from: 'registry.example.com/a/b',
        importPolicy: { insecure: true, importMode: 'PreserveOriginal' },
        referencePolicy: { type: 'Source' },
      },
    });
    expect(needed({ met: wish({}, imported(2)) }, header(CHECKED, 'registry.example.com/a/b'))).toBeUndefined();
  });

  it('is nothing once the stream is gone', () => {
    expect(importNeeded({ header: undefined, tags: [] }, 'Legacy')).toBeUndefined();
  });
});

describe('what a stream wants imported again and again', () => {
  const scheduled = { importPolicy: { scheduled: true, importMode: 'Legacy' } };
  const digest = { ...scheduled, from: { kind: 'DockerImage', name: `a/b@sha256:${'0'.repeat(64)}` } };

  it('is what is scheduled, save what can never change', () => {
    const tags = {
      plain: wish({}, imported(2)),
      scheduled: wish(scheduled, imported(2)),
      failing: wish(scheduled, failed(2)),
      digest: wish(digest),
      knownDigest: wish(digest, imported(2)),
      unreadable: wish({ ...scheduled, from: { kind: 'DockerImage', name: 'A B' } }),
    };
    expect(scheduledImports(stream(tags)).map(({ to }) => to)).toEqual(['scheduled', 'failing', 'digest']);
  });
});
