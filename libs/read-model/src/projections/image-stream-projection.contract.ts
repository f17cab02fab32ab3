import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ABSENT_TAG, foldTag, streamName, type ImageStreamEvent, type TagState } from '#lib/events';
import { created, item, pushed, type ContractLog, type ExampleReadModel } from '../example-log.js';

const st = streamName.imageStream('ns', 'st');

export const imageStreamsContract = (newLog: () => ContractLog) =>
  describe('the read model of image streams', () => {
    let log: ContractLog;
    beforeEach(() => {
      log = newLog();
    });
    afterEach(() => log.dispose());

    /** What is left of a stream after these commands. */
    async function after(...commands: ImageStreamEvent[][]): Promise<ExampleReadModel> {
      for (const events of [[created()], ...commands]) await log.append(st, events);
      return log.project();
    }

    const letters = (images: readonly { image: string }[]): string => images.map(({ image }) => image[7]).join('');
    const shown = async ({ model }: ExampleReadModel, tag = 'v1'): Promise<string> =>
      letters((await model.tag('ns', 'st', tag))?.document.items ?? []);
    const all = async ({ model }: ExampleReadModel, tag = 'v1'): Promise<string> =>
      letters(await model.history('ns', 'st', tag));
    const images = async ({ model }: ExampleReadModel): Promise<string> =>
      letters((await model.streamImages('ns', 'st')).map((image) => ({ image })));

    it('shows the newest part of a history, and keeps all of it', async () => {
      const built = await after(...[...'abcdefg'].map((letter) => [pushed(letter)]));
      expect(await shown(built)).toBe('gfe');
      expect(await all(built)).toBe('gfedcba');
      expect(await images(built)).toBe('abcdefg');
    });

    it('gives a stream the position of its last event', async () => {
      const built = await after([pushed('a')], [pushed('b')]);
      expect(await built.model.stream('ns', 'st')).toMatchObject({ version: 3, header: { name: 'st' } });
      expect((await built.model.streamHeader('ns', 'st'))?.version).toBe(3);
    });

    it('corrects the newest entry where it stands', async () => {
      const data = { tag: 'v1', item: item('c'), move: 'headReplaced' } as const;
      const built = await after([pushed('a')], [pushed('b')], [{ type: 'TagPushed', data }]);
      expect(await all(built)).toBe('ca');
      expect(await images(built)).toBe('ac');
    });

    it('knows an image as part of a stream as long as any entry of any tag names it', async () => {
      const back = [[pushed('a')], [pushed('b')], [pushed('a')], [pushed('a', 'v2')]];
      const built = await after(...back, [{ type: 'TagDeleted', data: { tag: 'v1', streamGeneration: 1 } }]);
      expect(await images(built)).toBe('a');
    });

    it('takes pruned entries out, also beyond the window, and moves older ones up', async () => {
      const pruned: ImageStreamEvent = {
        type: 'TagHistoryPruned',
        data: { tag: 'v1', removed: [item('e'), item('b')] },
      };
      const built = await after(...[...'abcde'].map((letter) => [pushed(letter)]), [pruned], [pushed('f')]);
      expect(await shown(built)).toBe('fdc');
      expect(await all(built)).toBe('fdca');
      expect(await images(built)).toBe('acdf');
    });

    it('replaces a status as a whole', async () => {
      const condition = { type: 'ImportSuccess', status: 'False', lastTransitionTime: null, generation: 1 };
      const data = { tag: 'v1', items: [...'xyzw'].map((letter) => item(letter)), conditions: [condition] };
      const built = await after(...[...'abcde'].map((letter) => [pushed(letter)]), [
        { type: 'TagStatusReplaced', data },
      ]);
      expect(await shown(built)).toBe('xyz');
      expect(await all(built)).toBe('xyzw');
      expect((await built.model.tag('ns', 'st', 'v1'))?.document.conditions).toEqual([condition]);
    });

    it('shows a failed import beside the image that the tag still has, until the tag moves', async () => {
      const condition = { type: 'ImportSuccess', status: 'False', lastTransitionTime: null, generation: 2 };
      const failed: ImageStreamEvent = { type: 'TagImportFailed', data: { tag: 'v1', condition } };
      const built = await after([pushed('a')], [failed]);
      expect((await built.model.tag('ns', 'st', 'v1'))?.document).toMatchObject({ conditions: [condition] });
      expect(await shown(built)).toBe('a');
      await built.model.waitFor(await log.append(st, [pushed('b')]));
      expect((await built.model.tag('ns', 'st', 'v1'))?.document.conditions).toEqual([]);
    });

    it('drops a tag of which nothing is left, and everything of a deleted stream but the moves of its tags', async () => {
      const built = await after(...[...'abcde'].map((letter) => [pushed(letter)]), [pushed('a', 'v2')]);
      const pruned: ImageStreamEvent = { type: 'TagHistoryPruned', data: { tag: 'v2', removed: [item('a')] } };
      await built.model.waitFor(await log.append(st, [pruned]));
      expect((await built.model.stream('ns', 'st'))?.tags.map(({ tag }) => tag)).toEqual(['v1']);
      const gone = { type: 'ImageStreamDeleted', data: { namespace: 'ns', name: 'st', uid: 'u-st' } } as const;
      await built.model.waitFor(await log.append(st, [gone]));
      for (const table of ['streams', 'tags', 'olderItems', 'streamImages'] as const) {
        expect(await built.rows(table), table).toBe(0);
      }
      expect(await built.rows('tagRevisions')).toBeGreaterThan(0);
    });

    it('starts a stream anew that is created again', async () => {
      const gone = { type: 'ImageStreamDeleted', data: { namespace: 'ns', name: 'st', uid: 'u-st' } } as const;
      const built = await after(...[...'abcde'].map((letter) => [pushed(letter)]), [gone], [created()], [pushed('f')]);
      expect(await all(built)).toBe('f');
      expect(await images(built)).toBe('f');
    });

    it('keeps tags apart whose names start alike or are odd', async () => {
      const names = ['', 'v1', 'v10', 'v1 x', 'v1\u0000', 'v1\u001e', 'v1/', '\uffff', '__proto__', 'x'.repeat(256)];
      const built = await after(...names.map((name) => [...'abcde'].map((letter) => pushed(letter, name))));
      for (const name of names) expect(await all(built, name)).toBe('edcba');
      expect((await built.model.stream('ns', 'st'))?.tags).toHaveLength(names.length);
      const deleted: ImageStreamEvent = { type: 'TagDeleted', data: { tag: 'v1', streamGeneration: 1 } };
      await built.model.waitFor(await log.append(st, [deleted]));
      for (const name of names) expect(await all(built, name)).toBe(name === 'v1' ? '' : 'edcba');
    });

    it('lists streams in order of namespace and name, in pages', async () => {
      for (const [namespace, name] of [
        ['b', 'x'],
        ['a', 'y'],
        ['a', 'x'],
        ['a-b', 'z'],
      ] as const) {
        await log.append(streamName.imageStream(namespace, name), [created(name, namespace), pushed('a')]);
      }
      const { model } = await log.project();
      const named = ({ streams }: Awaited<ReturnType<typeof model.streams>>): string[] =>
        streams.map(({ header }) => `${header.namespace}/${header.name}`);
      const first = await model.streams(undefined, { limit: 2 });
      expect(named(first)).toEqual(['a/x', 'a/y']);
      const rest = await model.streams(undefined, { limit: 9, ...(first.last && { after: first.last }) });
      expect(named(rest)).toEqual(['a-b/z', 'b/x']);
      expect(rest.last).toBeUndefined();
      expect(named(await model.streams('a', { limit: 9 }))).toEqual(['a/x', 'a/y']);
      expect(named(await model.streams('a', { limit: 9, after: ['a', 'x'] }))).toEqual(['a/y']);
      expect(named(await model.streams(undefined, { limit: 9 }, ({ header }) => header.name === 'x'))).toEqual([
        'a/x',
        'b/x',
      ]);
    });

    it('agrees with a fold of all events, whatever they are', async () => {
      const letter = fc.constantFrom(...'abcd');
      const condition = { type: 'ImportSuccess', status: 'False', lastTransitionTime: null, generation: 1 };
      const items = fc.array(letter, { maxLength: 6 }).map((some) => some.map((one) => item(one)));
      const event: fc.Arbitrary<ImageStreamEvent> = fc.oneof<fc.MaybeWeightedArbitrary<ImageStreamEvent>[]>(
        { weight: 6, arbitrary: letter.map((one) => pushed(one)) },
        letter.map((one) => ({ type: 'TagPushed', data: { tag: 'v1', item: item(one), move: 'headReplaced' } })),
        items.map((removed) => ({ type: 'TagHistoryPruned', data: { tag: 'v1', removed } })),
        items.map((all) => ({ type: 'TagStatusReplaced', data: { tag: 'v1', items: all, conditions: [condition] } })),
        fc.constant({ type: 'TagImportFailed', data: { tag: 'v1', condition } }),
        fc.constant({ type: 'TagDeleted', data: { tag: 'v1', streamGeneration: 1 } }),
      );
      const built = await log.project();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
          const name = `run-${run++}`;
          const stream = streamName.imageStream('ns', name);
          const position = await log.append(stream, [created(name), ...events]);
          await built.model.waitFor(position);
          const expected = events.reduce<TagState>(foldTag, ABSENT_TAG);
          expect(await built.model.history('ns', name, 'v1')).toEqual(expected.history.toArray());
          const document = (await built.model.tag('ns', name, 'v1'))?.document;
          expect(document?.items ?? []).toEqual(expected.history.toArray(3));
          expect(document?.conditions ?? []).toEqual(expected.conditions);
          const inHistory = new Set(expected.history.toArray().map(({ image }) => image));
          expect(await built.model.streamImages('ns', name)).toEqual([...inHistory].sort());
        }),
        { numRuns: 60 },
      );
    });
  });
