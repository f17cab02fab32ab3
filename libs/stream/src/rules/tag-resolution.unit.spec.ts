import { describe, expect, it } from 'vitest';
import type { ObjectReference, TagItem } from '#lib/events';
import {
  A,
  B,
  CLUSTER_POLICY,
  created,
  create,
  givenStream,
  imageOf,
  item,
  NOW,
  NOW_TEXT,
  pushed,
  refusing,
  spec,
  specified,
  specify,
  tag,
  tagOf,
  update,
} from '../example-stream.fixture.js';
import { evolve, NO_IMAGE_STREAM, type ImageStream } from '../image-stream.js';
import { lookUpSource } from './image-lookup.js';
import { parseTagSource, sourceKey, SourcesNeeded, type SourceAnswer, type Sources } from './tag-sources.js';

const internal = (stream: string, image: string): string => `registry:5000/ns/${stream}@${image}`;
const heads = ({ tags }: ImageStream): Record<string, TagItem | undefined> =>
  Object.fromEntries([...tags].map(([name, { history }]) => [name, history.head]));

/** What the service would find out about these references. */
const answers = (answer: (from: ObjectReference) => SourceAnswer, ...references: ObjectReference[]): Sources =>
  new Map(
    references.map((from) => {
      const source = parseTagSource(from, { namespace: 'ns', name: 'st' });
      if (source === undefined) throw new Error('not a source');
      return [sourceKey(source), answer(from)];
    }),
  );

describe('resolving the tags of one stream', () => {
  const own = [
    created(),
    pushed('h', item(A, { dockerImageReference: internal('st', A) })),
    pushed('h', item(B, { dockerImageReference: internal('st', B) })),
  ];
  const four = spec(
    tag('di', 'quay.io/a/b:c'),
    tag('latest', tagOf('src')),
    tag('ref', 'quay.io/a/b:c', { reference: true }),
    tag('src', imageOf(`st@${A}`)),
  );

  it('shows at once what is known, whatever the order of the tags, and leaves the rest to an import', () => {
    givenStream(CLUSTER_POLICY)(...own)
      .when(update(four))
      .thenState((stream) => {
        const { di, latest, ref, src } = heads(stream);
        expect(di).toBeUndefined();
        expect(src).toEqual({ image: A, dockerImageReference: internal('st', A), created: NOW_TEXT, generation: 2 });
        expect(latest).toEqual(src);
        expect(ref).toEqual({ image: '', dockerImageReference: 'quay.io/a/b:c', created: NOW_TEXT, generation: 2 });
        expect([...stream.tags].flatMap(([, { spec: wish }]) => wish?.generation ?? [])).toEqual([2, 2, 2, 2]);
      });
  });

  it('says where each tag got its image from', () => {
    givenStream()(created(), pushed('src', item(A)))
      .when(specify(tag('latest', tagOf('st:src'))))
      .then([
        specified(tag('latest', tagOf('st:src')), 2),
        {
          type: 'TagResolved',
          data: { tag: 'latest', from: tagOf('st:src'), item: item(A, { generation: 2 }), move: 'appended' },
        },
      ]);
  });

  it('leaves the generation of the tag that is referred to alone', () => {
    givenStream()(created(), pushed('src', item(A)))
      .when(specify(tag('latest', tagOf('src'))))
      .thenState((stream) => expect(heads(stream)['src']?.generation).toBe(1));
  });

  it('does nothing for a tag that shows nothing yet', () => {
    givenStream()()
      .when(create(spec(tag('latest', tagOf('src')))))
      .thenTypes('ImageStreamCreated', 'TagSpecified');
  });

  it('resolves a tag again only when its wish changes', () => {
    const ref = tag('ref', 'quay.io/a/b:c', { reference: true });
    givenStream()()
      .when(create(spec(ref)), update(spec({ ...ref, referencePolicy: { type: 'Local' } })))
      .thenTypes('TagSpecified');
  });

  it('notices that a name means something else when its kind changes', () => {
    givenStream()(created(), specified(tag('latest', 'src')), pushed('src', item(A)))
      .when(update(spec(tag('latest', tagOf('src')))))
      .thenTypes('TagSpecified', 'TagResolved');
  });
});

describe('resolving tags of another stream', () => {
  const v1 = item(A, { dockerImageReference: internal('other', A) });
  const ext = item(B, { dockerImageReference: `quay.io/x/y@${B}` });
  const other = [created({ name: 'other' }), pushed('v1', v1), pushed('ext', ext)].reduce(evolve, NO_IMAGE_STREAM);
  const found = (from: ObjectReference): SourceAnswer => {
    const source = parseTagSource(from, { namespace: 'ns', name: 'st' });
    return source === undefined ? { kind: 'empty' } : lookUpSource(other, source, NOW);
  };
  const image = imageOf('other@aaaaaaaaaaaaa');

  it.each<[string, ObjectReference, boolean, Partial<TagItem>]>([
    [
      'an internal image is pulled through this stream',
      tagOf('other:v1'),
      false,
      { dockerImageReference: internal('st', A), created: v1.created },
    ],
    [
      'a tag that only refers keeps the reference',
      tagOf('other:v1'),
      true,
      { dockerImageReference: internal('other', A) },
    ],
    [
      'an image from elsewhere stays there',
      tagOf('other:ext'),
      false,
      { dockerImageReference: `quay.io/x/y@${B}`, image: B },
    ],
    [
      'an image by the start of its digest is as of now',
      image,
      false,
      { dockerImageReference: internal('st', A), created: NOW_TEXT },
    ],
  ])('%s', (_what, from, reference, expected) => {
    givenStream(CLUSTER_POLICY)(created())
      .when(specify(tag('t', from, { reference }), { sources: answers(found, from) }))
      .thenState((stream) => expect(heads(stream)['t']).toMatchObject({ generation: 2, ...expected }));
  });

  it('asks for what it does not know', () => {
    givenStream()(created())
      .when(specify(tag('t', tagOf('other:v1'))))
      .thenThrows(SourcesNeeded);
  });

  const refusedWith = (answer: SourceAnswer, from: ObjectReference) =>
    givenStream()(created()).when(specify(tag('t', from), { sources: answers(() => answer, from) }));

  it('refuses a stream that is not there, by the name that was written', () => {
    refusedWith({ kind: 'stream-not-found' }, tagOf('other:v1')).thenRefused('invalid', {
      fields: ['spec.tags[t].from.name'],
    });
  });

  it('refuses images that cannot be found', () => {
    const fields = ['spec.tags[t].from.name'];
    refusedWith({ kind: 'image-not-found' }, image).thenRefused('invalid', { fields, message: /not found/ });
    refusedWith({ kind: 'ambiguous', images: [A, B] }, image).thenRefused('invalid', {
      fields,
      message: /multiple images match the prefix "aaaaaaaaaaaaa": sha256:a+, sha256:b+/,
    });
  });

  it('refuses a stream of another namespace that the caller may not pull from', () => {
    refusedWith({ kind: 'forbidden', reason: 'far/other' }, tagOf('other:v1', 'far')).thenRefused('invalid', {
      fields: ['spec.tags[t].from'],
    });
  });

  it('takes a bare name in another namespace for this stream’s name there', () => {
    const from = tagOf('v1', 'far');
    givenStream()(created())
      .when(specify(tag('t', from), { sources: new Map([['ImageStreamTag far/st v1', { kind: 'empty' }]]) }))
      .thenTypes('TagSpecified');
  });

  it.each([
    ['two separators', tagOf('a:b:c')],
    ['a kind that is none', { kind: 'Else', name: 'x' }],
    ['a pull spec in another namespace', { kind: 'DockerImage', name: 'quay.io/a/b', namespace: 'far' }],
  ])('refuses %s', (_what, from) => {
    givenStream()(created())
      .when(update(spec(tag('t', from))))
      .thenRefused('invalid', { message: /must be of the form <tag>, <repo>:<tag>, <id>, or <repo>@<id>/ });
  });

  it('refuses an image from a registry that may not be imported from', () => {
    const from = tagOf('other:ext');
    givenStream(refusing('quay.io'))(created())
      .when(specify(tag('t', from), { sources: answers(found, from) }))
      .thenRefused('invalid', { fields: ['status.tags[t].items[0].dockerImageReference'] });
  });
});
