import { describe, expect, it } from 'vitest';
import type { ImageStreamEvent, TagCondition, TagItem } from '#lib/events';
import type { ReplaceStatus, WrittenTagStatus } from '../commands.js';
import {
  A,
  B,
  C,
  created,
  givenStream,
  item,
  metadata,
  pushed,
  refusing,
  specified,
  tag,
} from '../example-stream.fixture.js';

const write = (tags: WrittenTagStatus[], change: Partial<ReplaceStatus> = {}): ReplaceStatus => ({
  type: 'ReplaceStatus',
  name: 'st',
  metadata: metadata(),
  tags,
  window: 100,
  ...change,
});
const v1 = (items: TagItem[], conditions: TagCondition[] = []): WrittenTagStatus => ({ tag: 'v1', items, conditions });
const history = [created(), pushed('v1', item(A)), pushed('v1', item(B)), pushed('v1', item(C))];
const failed: TagCondition = {
  type: 'ImportSuccess',
  status: 'False',
  lastTransitionTime: null,
  generation: 1,
};

describe('writing the status of a stream', () => {
  it('changes nothing when it comes back as it was read', () => {
    givenStream()(...history)
      .when(write([v1([item(C), item(B), item(A)])]))
      .thenNothing();
  });

  it('is a pruning where entries are left out', () => {
    givenStream()(...history)
      .when(write([v1([item(C), item(A)])]))
      .then([{ type: 'TagHistoryPruned', data: { tag: 'v1', removed: [item(B)] } }])
      .thenState(({ tags }) => expect(tags.get('v1')?.history.toArray()).toEqual([item(C), item(A)]));
  });

  it('removes a tag of which nothing is left', () => {
    givenStream()(...history)
      .when(write([]))
      .thenTypes('TagHistoryPruned')
      .thenState(({ tags }) => expect(tags.has('v1')).toBe(false));
  });

  it('prunes the entry that was meant, also where another one looks the same', () => {
    givenStream()(created(), pushed('v1', item(A)), pushed('v1', item(B)), pushed('v1', item(A)))
      .when(write([v1([item(A), item(B)])]))
      .thenState(({ tags }) => expect(tags.get('v1')?.history.toArray()).toEqual([item(A), item(B)]));
  });

  it('leaves what the client could not see', () => {
    givenStream()(...history)
      .when(write([v1([item(C)])], { window: 2 }))
      .thenState(({ tags }) => expect(tags.get('v1')?.history.toArray()).toEqual([item(C), item(A)]));
    givenStream()(...history)
      .when(write([v1([item(B), item(C)])], { window: 2 }))
      .thenTypes('TagStatusReplaced')
      .thenState(({ tags }) => expect(tags.get('v1')?.history.toArray()).toEqual([item(B), item(C), item(A)]));
  });

  it('replaces what is more than a pruning', () => {
    givenStream()(...history)
      .when(write([v1([item(A)], [failed])]))
      .then([
        {
          type: 'TagStatusReplaced',
          data: { tag: 'v1', items: [item(A)], conditions: [failed], previousImage: C },
        },
      ]);
  });

  it('takes labels and annotations, and nothing of the spec', () => {
    const changed = { ...metadata({ note: 'x' }), labels: { team: 'a' } };
    givenStream()(created())
      .when(write([], { metadata: changed }))
      .then([{ type: 'ImageStreamMetadataChanged', data: changed }]);
  });

  it('refuses a stream that is not there', () => {
    givenStream()().when(write([])).thenRefused('not-found');
  });
});

describe('an entry that is written without a generation', () => {
  const expectHead = (events: ImageStreamEvent[], head: TagItem, generation: number): void => {
    givenStream()(...events)
      .when(write([v1([head])]))
      .thenState(({ tags }) => expect(tags.get('v1')?.history.head?.generation).toBe(generation));
  };
  const none = { generation: 0 };
  const at5 = created({ generation: 5 });
  const wish = specified(tag('v1', undefined, { generation: 3 }), 5);

  it('gets that of the stream where the tag showed nothing', () => {
    expectHead([at5, wish], item(A, none), 5);
  });

  it('gets that of the stream where it is what the tag showed without a generation', () => {
    expectHead([at5, wish, pushed('v1', item(A, none))], item(A, none), 5);
  });

  it('gets that of the wish behind it where it is something else', () => {
    expectHead([at5, wish, pushed('v1', item(A))], item(B, none), 3);
  });

  it('gets that of the stream where there is no wish', () => {
    expectHead([at5, pushed('v1', item(A))], item(B, none), 5);
  });

  it('keeps what was sent where it is not the newest', () => {
    givenStream()(at5)
      .when(write([v1([item(B), item(A, none)])]))
      .thenState(({ tags }) => expect(tags.get('v1')?.history.toArray()[1]?.generation).toBe(0));
  });
});

describe('the references of a status', () => {
  const field = (index: number): string => `status.tags[v1].items[${index}].dockerImageReference`;
  const bad = item(B, { dockerImageReference: 'Not A Reference' });
  const empty = item(B, { dockerImageReference: '' });

  it('are refused where they are new and cannot be read', () => {
    givenStream()(...history)
      .when(write([v1([bad, item(A), empty])]))
      .thenRefused('invalid', { fields: [field(0), field(2)] });
  });

  it('are refused where they are new and may not be imported from', () => {
    const [stream, ...pushes] = history;
    givenStream(refusing('quay.io'))(...(stream ? [stream] : []))
      .when(write([v1([item(A)])]))
      .thenRefused('invalid', { fields: [field(0)] });
    givenStream(refusing('quay.io'))(...(stream ? [stream] : []), ...pushes)
      .when(write([v1([item(A)])]))
      .thenTypes('TagHistoryPruned');
  });

  it('stay where they are old, however bad', () => {
    givenStream()(created(), pushed('v1', bad), pushed('v1', item(A)))
      .when(write([v1([bad])]))
      .thenTypes('TagHistoryPruned');
  });
});
