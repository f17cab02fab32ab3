import { describe, expect, it } from 'vitest';
import {
  A,
  B,
  C,
  CLUSTER_POLICY,
  created,
  givenStream,
  item,
  NOW_TEXT,
  push,
  pushed,
  refusing,
  specified,
  specify,
  tag,
} from './example-stream.fixture.js';

const head = { created: NOW_TEXT };

describe('pushing to a tag', () => {
  it('moves the tag, in the generation of the stream', () => {
    givenStream()(created({ generation: 4 }), pushed('v1', item(A)))
      .when(push('v1', B))
      .then([
        {
          type: 'TagPushed',
          data: { tag: 'v1', item: item(B, { ...head, generation: 4 }), move: 'appended', previousImage: A },
        },
      ]);
  });

  it('changes nothing when the tag shows the image already', () => {
    givenStream()(created(), pushed('v1', item(A)))
      .when(push('v1', A))
      .thenNothing();
  });

  it('corrects the entry when the image came by another reference', () => {
    const dockerImageReference = 'registry.example.com/mirror/app:1';
    givenStream()(created(), pushed('v1', item(A)))
      .when(push('v1', A, { dockerImageReference }))
      .then([
        {
          type: 'TagPushed',
          data: { tag: 'v1', item: item(A, { dockerImageReference }), move: 'headReplaced', previousImage: A },
        },
      ]);
  });

  it('answers the wish for an import, so that none overwrites it', () => {
    givenStream()(created({ generation: 2 }), specified(tag('v1', 'quay.io/a/b:c'), 2))
      .when(push('v1', A))
      .thenState(({ tags }) => {
        const { spec, history } = tags.get('v1') ?? {};
        expect(history?.head?.generation).toBeGreaterThanOrEqual(spec?.generation ?? Infinity);
      });
  });

  it('clears a failed import', () => {
    const condition = {
      ...{ type: 'ImportSuccess', status: 'False', lastTransitionTime: null, generation: 1 },
    };
    givenStream()(created(), { type: 'TagImportFailed', data: { tag: 'v1', condition } })
      .when(push('v1', A))
      .thenState(({ tags }) => expect(tags.get('v1')?.conditions).toEqual([]));
  });

  it.each([
    ['the registry in front', CLUSTER_POLICY, '', `registry:5000/ns/st@${C}`],
    ['the repository of the stream', undefined, 'quay.io/own/repository', `quay.io/own/repository@${C}`],
    ['no repository', undefined, '', `quay.io/team/app@${C}`],
    ['a repository that is none', undefined, 'Not A Repository', `quay.io/team/app@${C}`],
  ])('records an image of the registry itself under %s', (_what, policy, dockerImageRepository, expected) => {
    givenStream(policy)(created({ dockerImageRepository }))
      .when(push('v1', C, { ownRepository: true }))
      .thenState(({ tags }) => expect(tags.get('v1')?.history.head?.dockerImageReference).toBe(expected));
  });

  it('refuses a reference that is new and bad, and lets one be that the stream has shown', () => {
    const dockerImageReference = 'Not A Reference';
    givenStream()(created())
      .when(push('v1', A, { dockerImageReference }))
      .thenRefused('invalid', { fields: ['status.tags[v1].items[0].dockerImageReference'] });
    givenStream()(created(), pushed('v0', item(B, { dockerImageReference })), pushed('v0', item(C)))
      .when(push('v1', A, { dockerImageReference }))
      .thenTypes('TagPushed');
    givenStream(refusing('quay.io'))(created())
      .when(push('v1', A))
      .thenRefused('invalid', { fields: ['status.tags[v1].items[0].dockerImageReference'] });
  });

  it('refuses a stream that is not there', () => {
    givenStream()().when(push('v1', A)).thenRefused('not-found', { subject: 'st' });
  });
});

describe('names that are too long to be kept', () => {
  const long = 'x'.repeat(257);

  it('are refused where they are new to the stream', () => {
    const fields = [`status.tags[${'x'.repeat(32)}…].tag`];
    givenStream()(created()).when(push(long, A)).thenRefused('invalid', { fields });
    givenStream()(created())
      .when(specify(tag(long, undefined)))
      .thenRefused('invalid', { fields: [`spec.tags[${'x'.repeat(32)}…].name`] });
    givenStream()(created())
      .when(push('v1', long, { dockerImageReference: 'quay.io/team/app:1' }))
      .thenRefused('invalid', { fields: ['status.tags[v1].items[0].image'] });
  });

  it('stay where they are old', () => {
    givenStream()(created(), pushed(long, item(A)))
      .when(push(long, B))
      .thenTypes('TagPushed');
  });
});
