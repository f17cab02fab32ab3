import { describe, expect, it } from 'vitest';
import { REPOSITORY_CHECK_ANNOTATION, type TagCondition, type TagItem } from '#lib/events';
import type { ApplyImport, ImportedTag, ImportResult } from '../commands.js';
import {
  A,
  B,
  created,
  creation,
  givenStream,
  item,
  metadata,
  NOW,
  NOW_TEXT,
  pushed,
  refusing,
  specified,
  tag,
  tagOf,
} from '../example-stream.fixture.js';
import { NO_SOURCES } from '../rules/tag-sources.js';

const SOURCE = 'quay.io/team/app:1';
const success = (image: string): ImportResult => ({
  kind: 'success',
  image,
  dockerImageReference: `quay.io/team/app@${image}`,
});
const failure: ImportResult = { kind: 'failure', reason: 'NotFound', message: 'it is not there' };

const imported = (result: ImportResult, change: Partial<ImportedTag> = {}): ImportedTag => ({
  tag: 'v1',
  from: SOURCE,
  importPolicy: { importMode: 'Legacy' },
  referencePolicy: { type: 'Local' },
  specifyOnFailure: true,
  result,
  ...change,
});

const apply = (...tags: ImportedTag[]): ApplyImport => ({
  type: 'ApplyImport',
  creation,
  importUid: 'i-1',
  tags,
  now: NOW,
  sources: NO_SOURCES,
});

const wish = tag('v1', SOURCE, { referencePolicy: { type: 'Local' } });
const checked = { type: 'RepositoryChecked', data: { time: NOW_TEXT } } as const;
const newItem = (image: string, generation: number): TagItem => item(image, { created: NOW_TEXT, generation });
const failed = (generation: number): TagCondition => ({
  type: 'ImportSuccess',
  status: 'False',
  reason: 'NotFound',
  message: 'it is not there',
  generation,
  lastTransitionTime: NOW_TEXT,
});
/** A stream that an import has written before. */
const known = created({ metadata: metadata({ [REPOSITORY_CHECK_ANNOTATION]: '2026-01-01T00:00:00Z' }) });
const settled = [known, specified(wish), pushed('v1', item(A))];

describe('an import into a missing stream', () => {
  it('creates the stream with the tag, the wish and the image of generation 1', () => {
    givenStream()()
      .when(apply(imported(success(A))))
      .then([
        created({ creationTimestamp: NOW_TEXT }),
        specified(wish),
        { type: 'TagImported', data: { tag: 'v1', item: newItem(A, 1), move: 'appended', importUid: 'i-1' } },
        checked,
      ]);
  });

  it('changes nothing the second time', () => {
    givenStream()()
      .when(apply(imported(success(A))), apply(imported(success(A))))
      .thenNothing();
  });

  it('creates the stream also when everything failed, or nothing is tagged', () => {
    givenStream()()
      .when(apply(imported(failure)))
      .then([
        created({ creationTimestamp: NOW_TEXT }),
        specified(wish),
        { type: 'TagImportFailed', data: { tag: 'v1', condition: failed(1), importUid: 'i-1' } },
        checked,
      ]);
    givenStream()().when(apply()).thenTypes('ImageStreamCreated', 'RepositoryChecked');
  });
});

describe('an import that succeeds', () => {
  it('moves the tag and renews its wish', () => {
    givenStream()(...settled)
      .when(apply(imported(success(B))))
      .then([
        specified(wish, 2),
        {
          type: 'TagImported',
          data: { tag: 'v1', item: newItem(B, 2), move: 'appended', previousImage: A, importUid: 'i-1' },
        },
        checked,
      ]);
  });

  it('marks a stream that no import has written before, also when it finds nothing new', () => {
    givenStream()(created(), specified(wish), pushed('v1', item(A)))
      .when(apply(imported(success(A))))
      .then([checked]);
  });

  it('gives a tag that was only pushed to a wish', () => {
    givenStream()(known, pushed('v1', item(A)))
      .when(apply(imported(success(A))))
      .thenTypes('TagSpecified', 'TagImported', 'RepositoryChecked')
      .thenState(({ tags }) => expect(tags.get('v1')).toMatchObject({ spec: { generation: 2 } }));
  });

  it('answers a wish that is newer than what the tag shows', () => {
    givenStream()(known, pushed('v1', item(A)), specified(wish, 2))
      .when(apply(imported(success(A))))
      .thenState(({ tags }) => {
        const { spec, history } = tags.get('v1') ?? {};
        expect(history?.head?.generation).toBeGreaterThanOrEqual(spec?.generation ?? Infinity);
        expect(history?.head?.created).toBe(item(A).created);
      });
  });

  it('clears an earlier failure, also when it finds what was there', () => {
    const failure = { type: 'TagImportFailed', data: { tag: 'v1', condition: failed(1) } } as const;
    givenStream()(...settled, failure)
      .when(apply(imported(success(A))))
      .thenTypes('TagImported', 'RepositoryChecked')
      .thenState(({ tags }) => expect(tags.get('v1')?.conditions).toEqual([]));
  });

  it('keeps the annotations and the reference policy of a wish that is there', () => {
    const own = tag('v1', 'quay.io/team/app:0', { annotations: { note: 'x' }, referencePolicy: { type: 'Source' } });
    givenStream()(known, specified(own))
      .when(apply(imported(success(A))))
      .thenState(({ tags }) =>
        expect(tags.get('v1')?.spec).toEqual({ ...own, from: { kind: 'DockerImage', name: SOURCE }, generation: 2 }),
      );
  });

  it('takes the import policy, and settles when that renews the wish for an image that is there', () => {
    const preserve = imported(success(A), { importPolicy: { importMode: 'PreserveOriginal' } });
    givenStream()(...settled)
      .when(apply(preserve))
      .thenState(({ tags }) => {
        const { spec, history } = tags.get('v1') ?? {};
        expect([spec?.importPolicy.importMode, spec?.generation, history?.head?.generation]).toEqual([
          'PreserveOriginal',
          2,
          2,
        ]);
      });
    givenStream()(...settled)
      .when(apply(preserve), apply(preserve))
      .thenNothing();
    givenStream()(...settled)
      .when(apply(imported(success(A), { importPolicy: { importMode: 'Legacy', scheduled: true } })))
      .thenTypes('TagSpecified', 'RepositoryChecked')
      .thenState(({ header, tags }) => expect([header?.generation, tags.get('v1')?.spec?.generation]).toEqual([2, 1]));
  });

  it('keeps both of two images for one tag, the later one in front', () => {
    givenStream()(known)
      .when(apply(imported(success(A)), imported(success(B), { from: 'quay.io/team/app:2' })))
      .thenState(({ tags }) => {
        expect(
          tags
            .get('v1')
            ?.history.toArray()
            .map(({ image }) => image),
        ).toEqual([B, A]);
        expect(tags.get('v1')?.spec?.from?.name).toBe('quay.io/team/app:2');
      });
  });

  it('is followed by the tags that track the tag', () => {
    givenStream()(...settled, specified(tag('latest', tagOf('v1'))))
      .when(apply(imported(success(B))))
      .thenTypes('TagSpecified', 'TagImported', 'TagFollowed', 'RepositoryChecked');
  });

  it('leaves a tag that tracks another, and shows what was found, to follow that one', () => {
    const latest = tag('latest', tagOf('v1'));
    givenStream()(...settled, specified(latest), pushed('latest', item(A)))
      .when(apply(imported(success(B)), imported(success(A), { tag: 'latest' })))
      .thenState(({ tags }) =>
        expect([tags.get('latest')?.spec?.from, tags.get('latest')?.history.head?.image]).toEqual([latest.from, B]),
      );
  });

  it('is refused as a whole where its source may not be imported from', () => {
    givenStream(refusing('quay.io'))(known)
      .when(apply(imported(success(A))))
      .thenRefused('invalid', { fields: ['spec.tags[v1].from.name'] });
  });
});

describe('an import that fails', () => {
  it('notes why, renews the wish, and leaves the image alone', () => {
    givenStream()(...settled)
      .when(apply(imported(failure)))
      .then([
        specified(wish, 2),
        { type: 'TagImportFailed', data: { tag: 'v1', condition: failed(2), importUid: 'i-1' } },
        checked,
      ])
      .thenState(({ tags }) => expect(tags.get('v1')?.history.head).toEqual(item(A)));
  });

  it('changes nothing when it fails again in the same way', () => {
    givenStream()(...settled)
      .when(apply(imported(failure)), apply(imported(failure)))
      .thenNothing();
  });

  it('replaces the reason when it fails in another way', () => {
    givenStream()(...settled)
      .when(apply(imported(failure)), apply(imported({ ...failure, message: 'it is still not there' })))
      .thenState(({ tags }) =>
        expect(tags.get('v1')?.conditions.map(({ message }) => message)).toEqual(['it is still not there']),
      );
  });

  it('makes no wish for a tag of a repository', () => {
    givenStream()(known)
      .when(apply(imported(failure, { specifyOnFailure: false })))
      .thenTypes('TagImportFailed', 'RepositoryChecked')
      .thenState(({ tags }) => expect(tags.get('v1')).toMatchObject({ spec: null, conditions: [failed(2)] }));
  });
});
