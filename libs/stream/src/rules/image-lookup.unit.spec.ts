import { describe, expect, it } from 'vitest';
import { A, B, created, item, NOW, NOW_TEXT, pushed } from '../example-stream.fixture.js';
import { evolve, NO_IMAGE_STREAM, type ImageStream } from '../image-stream.js';
import { lookUpImage, lookUpSource } from './image-lookup.js';
import type { TagSource } from './tag-sources.js';

const stream: ImageStream = [
  created(),
  pushed('v1', item(A)),
  pushed('v1', item(B)),
  pushed('v2', item(A)),
  pushed('named', item('not-a-digest')),
].reduce(evolve, NO_IMAGE_STREAM);

const source = (kind: TagSource['kind'], id: string): TagSource => ({ kind, namespace: 'ns', stream: 'st', id });

describe('looking up an image of a stream', () => {
  it.each([A, 'sha256:aaaa', 'aaaaaaaaaaaaa'])('finds %s in any entry of any tag, as of now', (id) => {
    expect(lookUpImage(stream, id, NOW)).toEqual({ kind: 'found', item: item(A, { created: NOW_TEXT }) });
  });

  it('finds an image whose name is no digest by the start of its name', () => {
    expect(lookUpImage(stream, 'not-a', NOW)).toMatchObject({ kind: 'found', item: { image: 'not-a-digest' } });
  });

  it('names the images that an id could mean', () => {
    expect(lookUpImage(stream, 'sha256:', NOW)).toEqual({ kind: 'ambiguous', images: [A, B] });
  });

  it('does not find what is in no history', () => {
    expect(lookUpImage(stream, 'ffff', NOW)).toEqual({ kind: 'image-not-found' });
  });
});

describe('looking up a source', () => {
  it('finds what a tag shows, with the time at which it came to show it', () => {
    expect(lookUpSource(stream, source('ImageStreamTag', 'v1'), NOW)).toEqual({ kind: 'found', item: item(B) });
  });

  it('takes no tag at all for the tag latest', () => {
    const latest = evolve(stream, pushed('latest', item(A)));
    expect(lookUpSource(latest, source('ImageStreamTag', ''), NOW)).toMatchObject({ kind: 'found' });
  });

  it('says that a tag has no image yet, or that there is no stream', () => {
    expect(lookUpSource(stream, source('ImageStreamTag', 'v3'), NOW)).toEqual({ kind: 'empty' });
    expect(lookUpSource(NO_IMAGE_STREAM, source('ImageStreamTag', 'v1'), NOW)).toEqual({ kind: 'stream-not-found' });
  });
});
