import { describe, expect, it } from 'vitest';
import type { ImageStreamCommand } from '../commands.js';
import {
  A,
  B,
  C,
  create,
  created,
  creation,
  givenStream,
  item,
  metadata,
  NOW,
  push,
  pushed,
  spec,
  specified,
  specify,
  tag,
  tagOf,
  update,
} from '../example-stream.fixture.js';
import type { Bounds } from '../namespace-bounds.js';
import { LimitExceededRefusal, RoomNeeded } from '../refusals.js';
import { NO_SOURCES } from './tag-sources.js';

const most = (max: number) => ({ max, text: `${max}` });
const bounds = (images?: number, imageTags?: number, room: Bounds['room'] = { kind: 'enough' }): Bounds => ({
  limits: {
    ...(images === undefined ? {} : { images: most(images) }),
    ...(imageTags === undefined ? {} : { imageTags: most(imageTags) }),
  },
  room,
});
const within = (command: ImageStreamCommand, allowed: Bounds): ImageStreamCommand => ({ ...command, bounds: allowed });

const IMAGES =
  'ImageStream.image.openshift.io "st" is forbidden: requested usage of openshift.io/images exceeds the maximum limit per openshift.io/ImageStream (2 > 1)';
const TAGS =
  'ImageStream.image.openshift.io "st" is forbidden: requested usage of openshift.io/image-tags exceeds the maximum limit per openshift.io/ImageStream (2 > 1)';

describe('a limit on the images of a stream', () => {
  it('refuses a push of one image more, as a rule that the status breaks', () => {
    givenStream()(created(), pushed('v1', item(A)))
      .when(within(push('v1', B), bounds(1)))
      .thenRefused('invalid', { fields: ['imageStream'], message: `imageStream: ${IMAGES}` });
  });

  it('counts an image once, however many tags and entries have it', () => {
    givenStream()(created(), pushed('v1', item(A)))
      .when(within(push('v2', A), bounds(1)))
      .thenTypes('TagPushed');
  });

  it('counts what is left after the history lost an image', () => {
    givenStream()(created(), pushed('v1', item(A)), pushed('v1', item(B)))
      .when(
        within(
          {
            type: 'ReplaceStatus',
            name: 'st',
            metadata: metadata(),
            window: 10,
            tags: [{ tag: 'v1', items: [item(B)], conditions: [] }],
          },
          bounds(1),
        ),
        within(push('v2', B), bounds(1)),
      )
      .thenTypes('TagPushed');
  });

  it('leaves a stream that is beyond it alone as long as no image comes in', () => {
    const beyond = givenStream()(created(), pushed('v1', item(A)), pushed('v1', item(B)), pushed('v2', item(A)));
    beyond.when(within(push('v2', B), bounds(1))).thenTypes('TagPushed');
    beyond.when(within(update(spec(tag('d', undefined))), bounds(1))).thenTypes('TagSpecified');
    beyond.when(within({ type: 'DeleteTag', name: 'st', tag: 'v1' }, bounds(1))).thenTypes('TagDeleted');
    beyond.when(within(push('v2', C), bounds(1))).thenRefused('invalid', { message: /\(3 > 1\)/ });
  });

  it('refuses an import that finds more, and says which tags would have been new', () => {
    const found = { kind: 'success', image: B, dockerImageReference: 'quay.io/a/b@x' } as const;
    const imported = {
      ...{ tag: 'v2', from: 'quay.io/a/b', specifyOnFailure: true, result: found },
      ...{ importPolicy: { importMode: 'Legacy' }, referencePolicy: { type: 'Source' } },
    };
    const command: ImageStreamCommand = {
      type: 'ApplyImport',
      ...{ creation, importUid: 'i-1', now: NOW, sources: NO_SOURCES, tags: [imported], bounds: bounds(1) },
    };
    const decided = givenStream()(created(), pushed('v1', item(A))).when(command);
    decided.thenRefused('invalid', { subject: 'st', message: IMAGES });
    decided.thenThrows(LimitExceededRefusal);
  });
});

describe('tags that an import found too much for', () => {
  const told: ImageStreamCommand = {
    ...{ type: 'RefuseImportedTags', name: 'st', importUid: 'i-1', tags: ['v1', 'v2'] },
    ...{ reason: 'Invalid', message: 'too much', now: NOW },
  };

  it('say so, unless they show something', () => {
    givenStream()(created({ generation: 3 }), pushed('v1', item(A)))
      .when(told)
      .thenState(({ tags }) => {
        expect(tags.get('v1')?.conditions).toEqual([]);
        expect(tags.get('v2')?.conditions).toMatchObject([{ status: 'False', reason: 'Invalid', generation: 4 }]);
      });
  });
});

describe('a limit on what the tags of a stream refer to', () => {
  it('refuses a tag that refers to something else', () => {
    givenStream()(created(), specified(tag('a', 'busybox')))
      .when(within(specify(tag('b', 'quay.io/a/b')), bounds(undefined, 1)))
      .thenRefused('invalid', { message: TAGS });
  });

  it('counts all spellings of one reference once', () => {
    const same = ['busybox', 'docker.io/library/busybox:latest', 'index.docker.io/library/busybox'];
    const tags = same.map((from, index) => tag(`t${index}`, from));
    givenStream()()
      .when(within(create(spec(...tags)), bounds(undefined, 1)))
      .thenTypes('ImageStreamCreated', 'TagSpecified', 'TagSpecified', 'TagSpecified');
  });

  it('does not count a tag that tracks another one', () => {
    givenStream()(created(), specified(tag('a', 'busybox')))
      .when(within(specify(tag('b', tagOf('a'))), bounds(undefined, 1)))
      .thenTypes('TagSpecified');
  });

  it('is told together with the one on images, where both are exceeded', () => {
    const refused = within(update(spec(tag('a', 'busybox'), tag('b', 'quay.io/a/b'))), bounds(0, 1));
    givenStream()(created(), pushed('v1', item(A)))
      .when(refused)
      .thenRefused('invalid', {
        message:
          /is forbidden: \[requested usage of openshift.io\/images .*, requested usage of openshift.io\/image-tags .*\]$/,
      });
  });
});

describe('room for one more stream', () => {
  it('is asked for by what brings a stream into being, and by nothing else', () => {
    const unknown = bounds(undefined, undefined, { kind: 'unknown' });
    givenStream()()
      .when(within(create(spec()), unknown))
      .thenThrows(RoomNeeded);
    givenStream()()
      .when(within(specify(tag('a', 'busybox')), unknown))
      .thenThrows(RoomNeeded);
    givenStream()(created())
      .when(within(specify(tag('a', 'busybox')), unknown))
      .thenTypes('TagSpecified');
    givenStream()(created())
      .when(within({ type: 'DeleteStream', now: new Date(), name: 'st' }, unknown))
      .thenTypes('ImageStreamDeleted');
  });

  it('refuses the stream where there is none', () => {
    givenStream()()
      .when(within(create(spec()), { room: { kind: 'exceeded', why: 'exceeded quota: q' } }))
      .thenRefused('forbidden', { subject: 'st', message: 'exceeded quota: q' });
  });

  it('does not keep it from being told that there is such a stream already', () => {
    givenStream()(created())
      .when(within(create(spec()), { room: { kind: 'exceeded', why: 'exceeded quota: q' } }))
      .thenRefused('already-exists');
  });
});
