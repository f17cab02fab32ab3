import { describe, expect, it } from 'vitest';
import type { ImageStreamEvent, TagReference } from '#lib/events';
import {
  created,
  create,
  creation,
  A,
  EARLIER,
  givenStream,
  item,
  metadata,
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
import type { ImageStream } from '../image-stream.js';
import { NO_SOURCES } from '../rules/tag-sources.js';

/** The generations of a stream and of its wishes. */
const generations = ({ header, tags }: ImageStream): Record<string, number | null | undefined> => ({
  stream: header?.generation,
  ...Object.fromEntries(
    [...tags].flatMap(([name, { spec: wish }]) => (wish === null ? [] : [[name, wish.generation]])),
  ),
});

describe('creating a stream', () => {
  it('starts at generation 1, and so do all of its tags, whatever was sent', () => {
    givenStream()()
      .when(create(spec(tag('v1', 'quay.io/a/b:c', { generation: 5 }), tag('v2', 'quay.io/a/b:d', { generation: 0 }))))
      .then([
        created({ creationTimestamp: NOW_TEXT }),
        specified(tag('v1', 'quay.io/a/b:c')),
        specified(tag('v2', 'quay.io/a/b:d')),
      ]);
  });

  it('takes metadata, lookup policy and source repository with the stream itself', () => {
    const desired = { ...spec(), lookupPolicy: { local: true }, dockerImageRepository: 'quay.io/team/app' };
    const sent = { ...metadata({ note: 'x' }), labels: { team: 'a' } };
    givenStream()()
      .when(create(desired, sent))
      .then([
        created({
          creationTimestamp: NOW_TEXT,
          metadata: sent,
          lookupPolicy: { local: true },
          dockerImageRepository: 'quay.io/team/app',
        }),
      ]);
  });

  it('takes the last of two tags with one name', () => {
    givenStream()()
      .when(create(spec(tag('v1', 'quay.io/a/b:c'), tag('v1', 'quay.io/a/b:d'))))
      .thenTypes('ImageStreamCreated', 'TagSpecified')
      .thenState(({ tags }) => expect(tags.get('v1')?.spec?.from?.name).toBe('quay.io/a/b:d'));
  });

  it('refuses a stream that is there', () => {
    givenStream()(created()).when(create(spec())).thenRefused('already-exists', { subject: 'st' });
  });

  it('starts anew after a deletion', () => {
    const deleted: ImageStreamEvent = { type: 'ImageStreamDeleted', data: { namespace: 'ns', name: 'st', uid: 'u-0' } };
    givenStream()(created({ uid: 'u-0' }), pushed('v1', item(A)), deleted)
      .when(create(spec()))
      .thenState(({ header, tags }) => {
        expect(header?.uid).toBe('u-1');
        expect(tags.size).toBe(0);
      });
  });
});

describe('the generations of a stream and of its tags', () => {
  const source = 'quay.io/a/b';
  const a = tag('a', source);
  const b = tag('b', source);
  const c = tag('c', source);
  const d = tag('d', source, { reference: true });
  const n = tag('n', 'quay.io/a/new', { generation: 5 });
  const preserved = { ...a, importPolicy: { importMode: 'PreserveOriginal' } };
  const insecure = { ...b, importPolicy: { importMode: 'Legacy', insecure: true } };

  const steps: [string, ReturnType<typeof spec>, Record<string, number>][] = [
    [
      'another import mode renews a tag; insecure imports and a generation that was sent do not',
      spec(preserved, insecure, { ...c, generation: 5 }, d),
      { stream: 2, a: 2, b: 1, c: 1, d: 1 },
    ],
    ['a tag that is withdrawn', spec(preserved, insecure, c), { stream: 3, a: 2, b: 1, c: 1 }],
    [
      'a new tag, whatever generation it was sent with',
      spec(preserved, insecure, c, n),
      { stream: 4, a: 2, b: 1, c: 1, n: 4 },
    ],
    [
      'another kind of source under the same name',
      spec(preserved, insecure, c, { ...n, from: tagOf('quay.io/a/new') }),
      { stream: 5, a: 2, b: 1, c: 1, n: 5 },
    ],
    [
      'the lookup policy',
      { ...spec(preserved, insecure, c, { ...n, from: tagOf('quay.io/a/new') }), lookupPolicy: { local: true } },
      { stream: 6, a: 2, b: 1, c: 1, n: 5 },
    ],
  ];

  it.each(steps.map(([what, , expected], index) => [what, index, expected] as const))(
    'count %s',
    (_what, last, expected) => {
      const updates = steps.slice(0, last + 1).map(([, desired]) => update(desired));
      givenStream()()
        .when(create(spec(a, b, c, d)), ...updates)
        .thenState((stream) => expect(generations(stream)).toEqual(expected));
    },
  );

  it('keep the history of a tag whose wish is withdrawn', () => {
    givenStream()()
      .when(create(spec(d)), update(spec()))
      .then([{ type: 'TagSpecRemoved', data: { tag: 'd', streamGeneration: 2 } }])
      .thenState(({ tags }) => expect(tags.get('d')?.history.head?.dockerImageReference).toBe(source));
  });

  it('rise for a tag that is sent with generation 0, which asks for a new import', () => {
    givenStream()(created(), specified(a), specified(b))
      .when(update(spec({ ...a, generation: 0 }, b)))
      .then([specified(a, 2)]);
  });

  it('give a tag without one the generation of the stream', () => {
    const old: ImageStreamEvent = {
      type: 'TagSpecified',
      data: { tag: 'a', reference: { ...a, generation: null }, streamGeneration: 1 },
    };
    givenStream()(created({ generation: 3 }), old)
      .when(update(spec(a)))
      .thenState((stream) => expect(generations(stream)).toMatchObject({ a: stream.header?.generation }));
  });

  it.each<[string, Partial<TagReference>]>([
    ['how it is shown', { referencePolicy: { type: 'Local' } }],
    ['when it is imported', { importPolicy: { importMode: 'Legacy', scheduled: true } }],
    ['what is noted on it', { annotations: { note: 'x' } }],
  ])('stay with a tag when only %s changes', (_what, change) => {
    givenStream()(created(), specified(a))
      .when(update(spec({ ...a, ...change })))
      .thenTypes('TagSpecified')
      .thenState((stream) => expect(generations(stream)).toEqual({ stream: 2, a: 1 }));
  });

  it('stay when only metadata changes', () => {
    const changed = { ...metadata({ note: 'x' }), labels: { team: 'a' } };
    givenStream()(created(), specified(a))
      .when(update(spec(a), { metadata: changed }))
      .then([{ type: 'ImageStreamMetadataChanged', data: changed }])
      .thenState((stream) => expect(generations(stream)).toEqual({ stream: 1, a: 1 }));
  });

  it('stay when a stream comes back as it was read', () => {
    givenStream()(created(), specified(a))
      .when(update(spec({ ...a, generation: 1 })))
      .thenNothing();
  });

  it('count the source repository', () => {
    givenStream()(created())
      .when(update({ ...spec(), dockerImageRepository: 'quay.io/team/app' }))
      .then([
        { type: 'SourceRepositoryChanged', data: { dockerImageRepository: 'quay.io/team/app', streamGeneration: 2 } },
      ]);
  });
});

describe('specifying one tag', () => {
  const v1 = tag('v1', 'quay.io/a/b:c');

  it('leaves the other tags alone', () => {
    givenStream()(created(), specified(tag('v0', 'quay.io/a/b:0')))
      .when(specify(v1))
      .then([specified(v1, 2)]);
  });

  it('creates a missing stream with it, or without it', () => {
    givenStream()()
      .when(specify(v1))
      .then([created({ creationTimestamp: NOW_TEXT }), specified(v1)]);
    givenStream()()
      .when(specify(v1, { reference: null }))
      .then([created({ creationTimestamp: NOW_TEXT })]);
  });

  it('refuses a tag that is specified already, where it must be new; a tag that only has a history is new', () => {
    givenStream()(created(), specified(v1))
      .when(specify(v1, { existing: 'refuse' }))
      .thenRefused('already-exists', { subject: 'st:v1' });
    givenStream()(created(), pushed('v1', item(A)))
      .when(specify(v1, { existing: 'refuse' }))
      .thenTypes('TagSpecified');
  });

  it('is undone by removing the wish, which leaves the history', () => {
    givenStream()(created(), specified(v1), pushed('v1', item(A)))
      .when({ type: 'RemoveTagSpec', name: 'st', tag: 'v1', now: NOW, sources: NO_SOURCES })
      .then([{ type: 'TagSpecRemoved', data: { tag: 'v1', streamGeneration: 2 } }])
      .thenState(({ tags }) => expect(tags.get('v1')?.history.head).toEqual(item(A)));
  });
});

describe('the rules for a spec', () => {
  it.each<[TagReference, string]>([
    [tag('v1', 'Not A Reference'), 'from.name'],
    [tag('v1', undefined, { referencePolicy: { type: 'Else' } }), 'referencePolicy.type'],
    [tag('v1', undefined, { importPolicy: { importMode: 'Else' } }), 'importPolicy.importMode'],
    [tag('v1', tagOf('v0'), { importPolicy: { importMode: 'Legacy', scheduled: true } }), 'importPolicy.scheduled'],
  ])('refuse %j, alone and as part of a spec', (reference, field) => {
    givenStream()(created())
      .when(specify(reference))
      .thenRefused('invalid', { subject: 'st:v1', fields: [field] });
    givenStream()(created())
      .when(update(spec(reference)))
      .thenRefused('invalid', { subject: 'st', fields: [`spec.tags[v1].${field}`] });
  });

  it('refuse a source without a name', () => {
    givenStream()(created())
      .when(specify(tag('v1', '')))
      .thenRefused('invalid', { subject: 'st:v1', fields: ['from.name'] });
    givenStream()(created())
      .when(update(spec(tag('v1', ''))))
      .thenRefused('invalid', { message: /spec.tags\[v1\].from.name/ });
  });

  it('accept a tag that says nothing but its name', () => {
    givenStream()(created())
      .when(specify(tag('v1', undefined)))
      .thenTypes('TagSpecified');
  });

  it.each([
    ['quay.io/a/b:c', 'may not contain a tag'],
    [`quay.io/a/b@${A}`, 'may not contain an ID'],
    ['Not A Repository', 'invalid reference format'],
  ])('refuse %s as the repository of a stream', (dockerImageRepository, why) => {
    givenStream()()
      .when(create({ ...spec(), dockerImageRepository }))
      .thenRefused('invalid', { fields: ['spec.dockerImageRepository'], message: new RegExp(why) });
  });

  it('refuse registries that may not be imported from, but let what is there be', () => {
    const policy = refusing('quay.io');
    const v1 = tag('v1', 'quay.io/a/b:c');
    givenStream(policy)(created())
      .when(specify(v1))
      .thenRefused('invalid', { fields: ['from.name'] });
    givenStream(policy)(created(), specified(v1))
      .when(update(spec({ ...v1, annotations: { note: 'x' } }, tag('v2', 'quay.io/a/b:other'))))
      .thenTypes('TagSpecified', 'TagSpecified');
    givenStream(policy)(created(), specified(v1))
      .when(update(spec(v1, tag('v2', 'quay.io/other/b:c'))))
      .thenRefused('invalid', { fields: ['spec.tags[v2].from.name'] });
    givenStream(policy)()
      .when(create({ ...spec(), dockerImageRepository: 'quay.io/a/b' }))
      .thenRefused('invalid', { fields: ['spec.dockerImageRepository'] });
  });

  it('refuse a change of a stream that is not there', () => {
    givenStream()().when(update(spec())).thenRefused('not-found', { subject: 'st' });
  });
});

describe('deleting', () => {
  it('a stream ends all that it was', () => {
    givenStream()(created(), pushed('v1', item(A)))
      .when({ type: 'DeleteStream', now: NOW, name: 'st', uid: creation.uid })
      .then([{ type: 'ImageStreamDeleted', data: creation }])
      .thenState(({ header, tags }) => expect([header, tags.size]).toEqual([undefined, 0]));
  });

  it('a stream is refused where there is none, or another than the caller means', () => {
    givenStream()().when({ type: 'DeleteStream', now: NOW, name: 'st' }).thenRefused('not-found');
    givenStream()(created()).when({ type: 'DeleteStream', now: NOW, name: 'st', uid: 'other' }).thenRefused('conflict');
  });

  describe('a stream with finalizers', () => {
    const held = { ...metadata(), finalizers: ['example.com/keep'] };
    const requested: ImageStreamEvent = {
      type: 'ImageStreamDeletionRequested',
      data: { deletionTimestamp: NOW_TEXT },
    };
    const remove = { type: 'DeleteStream', now: NOW, name: 'st' } as const;

    it('marks it, once', () => {
      givenStream()(created({ metadata: held }))
        .when(remove)
        .then([requested]);
      givenStream()(created({ metadata: held }), requested)
        .when(remove)
        .thenNothing();
    });

    it('ends it with the write that takes the last of them away', () => {
      givenStream()(created({ metadata: held }), requested)
        .when(update(spec(), { metadata: metadata() }))
        .thenTypes('ImageStreamMetadataChanged', 'ImageStreamDeleted');
      givenStream()(created({ metadata: held }), requested)
        .when({ type: 'ReplaceStatus', name: 'st', metadata: metadata(), tags: [], window: 10 })
        .thenTypes('ImageStreamMetadataChanged', 'ImageStreamDeleted');
    });

    it('leaves it alone while one is left', () => {
      givenStream()(created({ metadata: { ...held, finalizers: ['example.com/keep', 'b'] } }), requested)
        .when(update(spec(), { metadata: held }))
        .thenTypes('ImageStreamMetadataChanged');
    });
  });

  it('a tag takes wish and history, and counts as a change of the spec where there was a wish', () => {
    const deleted = (streamGeneration: number): ImageStreamEvent => ({
      type: 'TagDeleted',
      data: { tag: 'v1', streamGeneration, previousImage: A },
    });
    givenStream()(created(), pushed('v1', item(A, { created: EARLIER })))
      .when({ type: 'DeleteTag', name: 'st', tag: 'v1' })
      .then([deleted(1)])
      .thenState(({ tags }) => expect(tags.has('v1')).toBe(false));
    givenStream()(created(), specified(tag('v1', undefined)), pushed('v1', item(A)))
      .when({ type: 'DeleteTag', name: 'st', tag: 'v1' })
      .then([deleted(2)]);
  });

  it('a tag is refused where there is none', () => {
    givenStream()(created())
      .when({ type: 'DeleteTag', name: 'st', tag: 'v1' })
      .thenRefused('not-found', { subject: 'st:v1' });
  });
});
