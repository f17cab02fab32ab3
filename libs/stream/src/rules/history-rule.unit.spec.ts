import { describe, expect, it } from 'vitest';
import { TagHistory, type HistoryMove, type TagItem } from '#lib/events';
import { A, B, item } from '../example-stream.fixture.js';
import { takeIn } from './history-rule.js';

const later = '2026-05-06T07:08:09Z';
const next = (change: Partial<TagItem>): TagItem => item(A, { created: later, ...change });
const otherReference = 'quay.io/elsewhere/app:1';

describe('taking an item into a history', () => {
  it('starts an empty history with it', () => {
    expect(takeIn(TagHistory.empty, item(A))).toEqual({ item: item(A), move: 'appended' });
  });

  it.each<[string, Partial<TagItem>, HistoryMove]>([
    ['is the same in everything', {}, 'unchanged'],
    ['answers another wish', { generation: 2 }, 'headReplaced'],
    ['answers an older wish', { generation: 0 }, 'headReplaced'],
    ['is another image by the same reference', { image: B }, 'headReplaced'],
    ['is the same image by another reference', { dockerImageReference: otherReference }, 'headReplaced'],
    ['is another image by another reference', { image: B, dockerImageReference: otherReference }, 'appended'],
  ])('when it %s', (_what, change, move) => {
    const taken = takeIn(TagHistory.of([item(A), item(B)]), next(change));
    expect(taken.move).toBe(move);
    // Whatever is not a step keeps the time at which the tag stepped there.
    expect(taken.item.created).toBe(move === 'appended' ? later : item(A).created);
    expect(taken.item).toMatchObject(change);
  });

  it('looks at the newest entry only, so that going back is a step', () => {
    expect(takeIn(TagHistory.of([item(B), item(A)]), next({})).move).toBe('appended');
  });
});
