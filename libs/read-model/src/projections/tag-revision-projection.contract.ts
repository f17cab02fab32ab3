import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamName, type ImageStreamEvent } from '#lib/events';
import { ALICE, created, digest, item, pushed, type ContractLog } from '../example-log.js';

const st = streamName.imageStream('ns', 'st');
const step = (letter: string, previous?: string) => ({
  tag: 'v1',
  item: item(letter, 2),
  move: 'appended' as const,
  ...(previous === undefined ? {} : { previousImage: digest(previous) }),
});

export const tagRevisionsContract = (newLog: () => ContractLog) =>
  describe('the revisions of a tag', () => {
    let log: ContractLog;
    beforeEach(() => {
      log = newLog();
    });
    afterEach(() => log.dispose());

    it.each<[ImageStreamEvent, object | undefined]>([
      [
        { type: 'TagPushed', data: step('b', 'a') },
        { kind: 'Pushed', from: digest('a'), to: digest('b'), generation: 2 },
      ],
      [
        { type: 'TagPushed', data: step('a') },
        { kind: 'Pushed', to: digest('a'), toReference: item('a').dockerImageReference },
      ],
      [
        { type: 'TagImported', data: { ...step('a'), importUid: 'i-1' } },
        { kind: 'Imported', cause: 'import i-1' },
      ],
      [
        { type: 'TagFollowed', data: { ...step('a'), followed: 'src' } },
        { kind: 'Followed', cause: 'tag src' },
      ],
      [
        { type: 'TagResolved', data: { ...step('a'), from: { kind: 'ImageStreamTag', name: 'other:v1' } } },
        { kind: 'Resolved', cause: 'ImageStreamTag other:v1' },
      ],
      [
        { type: 'TagDeleted', data: { tag: 'v1', streamGeneration: 2, previousImage: digest('a') } },
        { kind: 'Deleted', from: digest('a') },
      ],
      [{ type: 'TagHistoryPruned', data: { tag: 'v1', removed: [item('a')] } }, { kind: 'Pruned' }],
      [
        {
          type: 'TagStatusReplaced',
          data: { tag: 'v1', items: [item('b')], conditions: [], previousImage: digest('a') },
        },
        { kind: 'StatusReplaced', from: digest('a'), to: digest('b') },
      ],
      [{ type: 'TagImported', data: { ...step('a'), move: 'unchanged' } }, undefined],
      [{ type: 'TagDeleted', data: { tag: 'v1', streamGeneration: 2 } }, undefined],
      [{ type: 'TagSpecRemoved', data: { tag: 'v1', streamGeneration: 2 } }, undefined],
    ])('tell of $type', async (event, expected) => {
      await log.append(st, [created(), event]);
      const { model } = await log.project();
      const revisions = await model.revisions(['ns', 'st', 'v1'], { limit: 10 });
      expect(revisions).toHaveLength(expected === undefined ? 0 : 1);
      if (expected !== undefined) expect(revisions[0]).toMatchObject({ position: 2, ...expected });
    });

    it('say who moved it, when, through what and why', async () => {
      const context = {
        ...ALICE,
        ...{ userAgent: 'kubectl', sourceAddress: '192.0.2.1', requestId: 'r-1', cause: 'r-1', changeCause: 'release' },
      };
      await log.append(st, [created(), pushed('a')], context);
      const { model } = await log.project();
      const [revision] = await model.revisions(['ns'], { limit: 10 });
      expect(revision).toMatchObject({ namespace: 'ns', stream: 'st', tag: 'v1', ...context });
      expect(revision?.eventId).toMatch(/^[0-9a-f-]{36}$/);
      expect(Date.parse(revision?.time ?? '')).not.toBeNaN();
    });

    it('outlive the tag and the stream, and go on when the stream is created again', async () => {
      await log.append(st, [created(), pushed('a'), pushed('b', 'v1', 'a'), pushed('c', 'v2')]);
      await log.append(st, [
        { type: 'TagDeleted', data: { tag: 'v2', streamGeneration: 1, previousImage: digest('c') } },
      ]);
      await log.append(st, [{ type: 'ImageStreamDeleted', data: { namespace: 'ns', name: 'st', uid: 'u-st' } }]);
      await log.append(st, [created(), pushed('d')]);
      const { model } = await log.project();
      const kinds = async (tag: string): Promise<string[]> =>
        (await model.revisions(['ns', 'st', tag], { limit: 10 })).map(({ kind }) => kind);
      expect(await kinds('v1')).toEqual(['Pushed', 'Pushed', 'StreamDeleted', 'Pushed']);
      expect(await kinds('v2')).toEqual(['Pushed', 'Deleted']);
      const [, , gone] = await model.revisions(['ns', 'st', 'v1'], { limit: 10 });
      expect(gone).toMatchObject({ from: digest('b') });
      expect(gone).not.toHaveProperty('to');
    });

    it('come in pages, oldest first', async () => {
      await log.append(st, [created(), ...[...'abcd'].map((letter) => pushed(letter))]);
      const { model } = await log.project();
      const first = await model.revisions(['ns', 'st', 'v1'], { limit: 3 });
      expect(first.map(({ position }) => position)).toEqual([2, 3, 4]);
      const after = ['ns', 'st', 'v1', first.at(-1)?.position ?? 0];
      expect((await model.revisions(['ns', 'st', 'v1'], { limit: 3, after })).map(({ position }) => position)).toEqual([
        5,
      ]);
    });
  });
