import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageStreamEvent, TagReference } from '#lib/events';
import { A, B, C, created, imageOf, item, pushed, specified, tag, tagOf } from './example-stream.fixture.js';
import { evolve, NO_IMAGE_STREAM, usageOf, type ImageStream } from './image-stream.js';
import { countedReference, StreamUsage } from './stream-usage.js';

const own = { namespace: 'ns' };
const counted = (from: TagReference['from'] | string) => countedReference(tag('t', from), own);

describe('what a spec tag counts as', () => {
  it.each([
    ['busybox', 'docker.io/busybox'],
    ['docker.io/library/busybox:latest', 'docker.io/busybox'],
    ['quay.io/a/b:v1', 'quay.io/a/b:v1'],
    [`quay.io/a/b@${A}`, `quay.io/a/b@${A}`],
  ])('%s is %s', (text, reference) => {
    expect(counted(text)).toBe(reference);
  });

  it('has the namespace of its stream where it names none', () => {
    expect(counted(tagOf('other:v1'))).toBe('ns/other:v1');
    expect(counted(tagOf('other:v1', 'far'))).toBe('far/other:v1');
    expect(counted(imageOf(`other@${A}`))).toBe(`ns/other@${A}`);
  });

  it('is nothing for what tracks another tag, names no digest, or cannot be read', () => {
    for (const from of [tagOf('v1'), imageOf('other'), { kind: 'Secret', name: 'x' }, 'quay.io/UPPER', undefined]) {
      expect(counted(from)).toBeUndefined();
    }
  });
});

const tags = fc.constantFrom('a', 'b', 'c');
const items = fc.constantFrom(A, B, C, '').map((image) => item(image));
const sources = fc.constantFrom('busybox', 'docker.io/library/busybox', 'quay.io/a/b');
const events: fc.Arbitrary<ImageStreamEvent> = fc.oneof(
  fc.tuple(tags, items).map(([name, next]) => pushed(name, next)),
  fc.tuple(tags, items).map(([name, next]): ImageStreamEvent => ({
    type: 'TagPushed',
    data: { tag: name, item: next, move: 'headReplaced' },
  })),
  fc.tuple(tags, items).map(([name, next]): ImageStreamEvent => ({
    type: 'TagFollowed',
    data: { tag: name, item: next, move: 'unchanged', followed: 'x' },
  })),
  fc.tuple(tags, sources).map(([name, from]) => specified(tag(name, from))),
  tags.map((name): ImageStreamEvent => ({ type: 'TagSpecRemoved', data: { tag: name, streamGeneration: 1 } })),
  tags.map((name): ImageStreamEvent => ({ type: 'TagDeleted', data: { tag: name, streamGeneration: 1 } })),
  fc
    .tuple(tags, items)
    .map(([name, gone]): ImageStreamEvent => ({ type: 'TagHistoryPruned', data: { tag: name, removed: [gone] } })),
  fc.tuple(tags, fc.array(items, { maxLength: 3 })).map(([name, all]): ImageStreamEvent => ({
    type: 'TagStatusReplaced',
    data: { tag: name, items: all, conditions: [] },
  })),
  fc.constant<ImageStreamEvent>({ type: 'RepositoryChecked', data: { time: '2026-01-01T00:00:00Z' } }),
);

const sizes = ({ images, references }: StreamUsage) => ({ images, references });

describe('the usage of a stream', () => {
  it('is the same carried from event to event as counted anew', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), (happened) => {
        let stream: ImageStream = evolve(NO_IMAGE_STREAM, created());
        usageOf(stream);
        for (const event of happened) {
          stream = evolve(stream, event);
          const { header, tags: all } = stream;
          if (header === undefined) throw new Error('the stream is there');
          expect(sizes(usageOf(stream))).toEqual(sizes(StreamUsage.of(header, all.values())));
        }
      }),
    );
  });
});
