import { describe, expect, it } from 'vitest';
import {
  A,
  B,
  C,
  created,
  givenStream,
  imageOf,
  item,
  push,
  pushed,
  spec,
  specified,
  specify,
  tag,
  tagOf,
  update,
} from '../example-stream.fixture.js';
import type { ImageStream } from '../image-stream.js';

const images = ({ tags }: ImageStream, name: string): readonly string[] =>
  tags
    .get(name)
    ?.history.toArray()
    .map(({ image }) => image) ?? [];

describe('a tag that tracks another tag of its stream', () => {
  const tracking = [
    created(),
    pushed('src', item(A)),
    specified(tag('latest', tagOf('src'))),
    pushed('latest', item(A)),
  ];

  it('follows a push', () => {
    const followed = { ...item(B), created: '2026-03-04T05:06:07Z' };
    givenStream()(...tracking)
      .when(push('src', B))
      .then([
        { type: 'TagPushed', data: { tag: 'src', item: followed, move: 'appended', previousImage: A } },
        {
          type: 'TagFollowed',
          data: { tag: 'latest', item: followed, move: 'appended', previousImage: A, followed: 'src' },
        },
      ]);
  });

  it('follows an update of the stream that moves what it tracks', () => {
    const src = tag('src', imageOf(A));
    const latest = tag('latest', tagOf('src'));
    givenStream()(created(), pushed('h', item(A)), pushed('h', item(B)))
      .when(update(spec(src, latest)), update(spec({ ...src, from: imageOf(B) }, latest)))
      .thenTypes('TagSpecified', 'TagResolved', 'TagFollowed')
      .thenState((stream) => {
        expect(images(stream, 'src')).toEqual([B, A]);
        expect(images(stream, 'latest')).toEqual([B, A]);
        expect(stream.tags.get('latest')?.history.head).toMatchObject({ generation: 3 });
        expect(stream.tags.get('latest')?.spec?.generation).toBe(2);
      });
  });

  it('never shows what the tag that it tracks showed before it was asked to', () => {
    givenStream()(created(), pushed('h', item(B)), pushed('src', item(A)))
      .when(update(spec(tag('a-tracker', tagOf('src')), tag('src', imageOf(B)))))
      .thenState((stream) => expect(images(stream, 'a-tracker')).toEqual([B]));
  });

  it('does not follow tags of other streams, and no longer once it wishes something else', () => {
    givenStream()(...tracking)
      .when(specify(tag('latest', 'quay.io/a/b:c')), push('src', B))
      .thenTypes('TagPushed');
  });

  it('stays when the tag that it tracks is deleted', () => {
    givenStream()(...tracking)
      .when({ type: 'DeleteTag', name: 'st', tag: 'src' })
      .thenTypes('TagDeleted')
      .thenState((stream) => expect(images(stream, 'latest')).toEqual([A]));
  });

  it('can be pushed to, and goes on tracking', () => {
    givenStream()(...tracking)
      .when(push('latest', B), push('src', C))
      .thenState((stream) => expect(images(stream, 'latest')).toEqual([C, B, A]));
  });
});

describe('tags that track in a row or a circle', () => {
  const wishes = (...pairs: [string, string][]) => pairs.map(([name, source]) => specified(tag(name, tagOf(source))));

  it('settle along a chain in one write', () => {
    givenStream()(created(), ...wishes(['z', 'src'], ['m', 'z'], ['a', 'm']))
      .when(push('src', A))
      .thenTypes('TagPushed', 'TagFollowed', 'TagFollowed', 'TagFollowed');
  });

  it('settle in a circle, and on themselves', () => {
    givenStream()(created(), ...wishes(['x', 'y'], ['y', 'x']))
      .when(push('x', A))
      .thenTypes('TagPushed', 'TagFollowed');
    givenStream()(created(), ...wishes(['self', 'self']))
      .when(push('self', A))
      .thenTypes('TagPushed');
  });

  it('settle when two images go round one circle', () => {
    givenStream()(created(), ...wishes(['b', 'a'], ['d', 'c']), pushed('b', item(B)), pushed('d', item(C)))
      .when(update(spec(...['ad', 'ba', 'cb', 'dc'].map(([name = '', source = '']) => tag(name, tagOf(source))))))
      .thenState((stream) => {
        const shown = ['a', 'b', 'c', 'd'].map((name) => images(stream, name)[0]);
        expect(new Set(shown).size).toBe(1);
      });
  });

  it('settle once each along a chain of ten thousand', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
    const chain = names.slice(1).map((name, index) => specified(tag(name, tagOf(`t${index}`))));
    givenStream()(created(), ...chain)
      .when(push('t0', A))
      .thenState((stream) => expect(images(stream, 't9999')).toEqual([A]));
  });
});
