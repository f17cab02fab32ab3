import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, Refusal, StaleVersionError, type EventStore } from '#lib/event-store';
import type { RecordedEvent } from '#lib/events';
import {
  A,
  B,
  create,
  creation,
  metadata,
  NOW,
  push,
  spec,
  specify,
  tag,
  tagOf,
  update,
} from './example-stream.fixture.js';
import type { ImageStreams, PullCheck, PullingUser, StreamCaller } from './image-streams.js';
import { tagStateOf } from './image-stream.js';
import { UNBOUNDED, type NamespaceBounds } from './namespace-bounds.js';
import { InvalidReferenceRefusal, LimitExceededRefusal, UnresolvedTagsRefusal } from './refusals.js';
import { NO_SOURCES } from './rules/tag-sources.js';

export interface OpenImageStreams {
  readonly streams: ImageStreams;
  readonly close: () => Promise<void>;
}

export interface StreamsToOpen {
  readonly store: EventStore;
  readonly bounds: NamespaceBounds;
  /** What users may refer to, for services that find out for themselves. */
  readonly mayPullFrom: (user: PullingUser) => PullCheck;
}

const alice: PullingUser = { name: 'alice', uid: 'u-7', groups: ['devs'], extra: { scopes: ['user:full'] } };
const context = { actor: { user: 'alice', groups: ['devs'] }, requestId: 'r-1' };

/** Two images, and one that everybody may have in `bounded`; one stream in `full`. */
const BOUNDS: NamespaceBounds = {
  limitsOf: (namespace) => (namespace === 'bounded' ? { images: { max: 1, text: '1' } } : undefined),
  quotasOf: (namespace) =>
    namespace === 'full'
      ? [{ name: 'streams', hard: [{ resource: 'openshift.io/imagestreams', max: 0, text: '0' }] }]
      : [],
  countStreams: () => Promise.resolve(0),
};

/** What all {@link ImageStreams} have in common, wherever they are. */
export function imageStreamsContract(where: string, open: (what: StreamsToOpen) => Promise<OpenImageStreams>): void {
  describe(`image streams ${where}`, () => {
    let store: InMemoryEventStore;
    let opened: OpenImageStreams;
    let streams: ImageStreams;
    let asked: [PullingUser, string, string][];
    let caller: StreamCaller;

    beforeEach(async () => {
      store = new InMemoryEventStore();
      asked = [];
      const mayPullFrom = (user: PullingUser): PullCheck =>
        Object.assign(
          async (namespace: string, stream: string) => {
            asked.push([user, namespace, stream]);
            return { allowed: namespace !== 'secret', reason: 'no' };
          },
          { asks: user },
        );
      caller = { ...context, mayPullFrom: mayPullFrom(alice) };
      opened = await open({ store, bounds: { ...UNBOUNDED, ...BOUNDS }, mayPullFrom });
      ({ streams } = opened);
    });

    afterEach(() => opened.close());

    const createIn = (namespace: string, ...tags: Parameters<typeof spec>) =>
      streams.create(namespace, { ...create(spec(...tags)), creation: { ...creation, namespace } }, caller);

    it('are created, with the moment and the caller in the log', async () => {
      expect((await createIn('ns')).version).toBe(1);
      const [event] = await eventsOf(store);
      expect(event).toMatchObject({ data: { creationTimestamp: '2026-03-04T05:06:07Z' }, metadata: context });
      expect(event?.metadata).not.toHaveProperty('mayPullFrom');
      expect(event?.metadata).not.toHaveProperty('user');
    });

    it('are refused with the class and the fields of the refusal', async () => {
      const tags = [tag('t', tagOf('missing:v1')), tag('', 'quay.io/a/b')];
      const refused = createIn('ns', ...tags);
      await expect(refused).rejects.toBeInstanceOf(UnresolvedTagsRefusal);
      await expect(refused).rejects.toMatchObject({ code: 'invalid', unresolved: [{}] });
      const badTag = specify(tag('t', { kind: 'Nonsense', name: 'x' }));
      await expect(streams.specifyTag('ns', badTag, caller)).rejects.toBeInstanceOf(InvalidReferenceRefusal);
      await createIn('ns');
      await expect(createIn('ns')).rejects.toEqual(
        new Refusal('already-exists', 'st', 'image stream "st" already exists'),
      );
    });

    it('show a tag after it was written, and where it leads', async () => {
      await createIn('other');
      await streams.push('other', push('v1', A), caller);
      const written = await streams.specifyTag('ns', specify(tag('t', tagOf('st:v1', 'other'))), caller);
      expect(written.state.header).toMatchObject({ namespace: 'ns', name: 'st', generation: 1 });
      expect(tagStateOf(written.state, 't')).toMatchObject({ spec: { name: 't' }, history: { length: 1 } });
      expect(tagStateOf(written.state, 't').history.head?.image).toBe(A);
      const withdrawn = await streams.removeTagSpec(
        'ns',
        { type: 'RemoveTagSpec', name: 'st', tag: 't', now: NOW, sources: NO_SOURCES },
        caller,
      );
      expect(tagStateOf(withdrawn.state, 't')).toMatchObject({ spec: null, history: { length: 1 } });
      const deleted = await streams.deleteTag('ns', { type: 'DeleteTag', name: 'st', tag: 't' }, caller);
      expect(deleted.state.tags.has('t')).toBe(false);
      expect(deleted.state.header?.uid).toBe('u-1');
    });

    it('may only be referred to from other namespaces by those who may pull from them', async () => {
      await createIn('secret');
      await streams.push('secret', push('v1', A), caller);
      const foreign = specify(tag('t', tagOf('st:v1', 'secret')));
      await expect(streams.specifyTag('ns', foreign, caller)).rejects.toThrow('secret/st: "no"');
      await expect(streams.preview('ns', 'st', foreign, caller)).rejects.toThrow('secret/st: "no"');
      expect(asked[0]).toEqual([alice, 'secret', 'st']);
      // Nobody in particular: what a controller does was decided before.
      const { state } = await streams.specifyTag('ns', foreign, context);
      expect(tagStateOf(state, 't').history.head?.image).toBe(A);
    });

    it('take pushes of many writers at once, and lose none', async () => {
      await createIn('ns');
      const names = Array.from({ length: 32 }, (_, index) => `t${index}`);
      const pushed = await Promise.all(names.map((name) => streams.push('ns', push(name, B), caller)));
      expect(new Set(pushed.map(({ version }) => version)).size).toBe(32);
      expect([...(await streams.load('ns', 'st')).state.tags.keys()].sort()).toEqual([...names].sort());
    });

    it('are updated only as of the version that the writer knows, also in a dry run', async () => {
      const { version } = await createIn('ns');
      const command = update(spec(tag('v1', 'quay.io/a/b:c')));
      expect(await streams.preview('ns', 'st', command, caller, { version })).toMatchObject({ events: { length: 1 } });
      expect((await streams.update('ns', command, caller, { version })).state.header?.generation).toBe(2);
      const stale = streams.update('ns', command, caller, { version });
      await expect(stale).rejects.toBeInstanceOf(StaleVersionError);
      await expect(stale).rejects.toMatchObject({ expected: 1, actual: 2 });
      await expect(streams.preview('ns', 'st', command, caller, { version })).rejects.toBeInstanceOf(StaleVersionError);
    });

    it('take the results of an import, and say whether they changed anything', async () => {
      const imported = {
        ...{ tag: 'v1', from: 'quay.io/a/b:v1', specifyOnFailure: true },
        ...{ importPolicy: { importMode: 'Legacy' as const }, referencePolicy: { type: 'Source' as const } },
        result: { kind: 'success' as const, image: A, dockerImageReference: `quay.io/a/b@${A}` },
      };
      const command = { type: 'ApplyImport', creation, importUid: 'i-1', now: NOW, sources: NO_SOURCES } as const;
      const first = await streams.applyImport('ns', { ...command, tags: [imported] }, caller);
      expect(first.events.length).toBeGreaterThan(0);
      expect(first.state.tags.get('v1')?.history.head?.image).toBe(A);
      expect((await streams.preview('ns', 'st', { ...command, tags: [imported] }, caller)).state.tags.size).toBe(1);
    });

    it('say of tags why what an import found could not be taken', async () => {
      await createIn('ns', tag('t', 'quay.io/a/b:c'));
      const why = { importUid: 'i-1', tags: ['t'], reason: 'Invalid', message: 'too many', now: NOW };
      await streams.refuseImportedTags('ns', { type: 'RefuseImportedTags', name: 'st', ...why }, caller);
      const { state } = await streams.load('ns', 'st');
      expect(tagStateOf(state, 't').conditions).toMatchObject([{ reason: 'Invalid', message: 'too many' }]);
    });

    it('have a status that can be replaced', async () => {
      await createIn('ns');
      await streams.push('ns', push('v1', A), caller);
      const status = { type: 'ReplaceStatus', name: 'st', metadata: metadata(), tags: [], window: 100 } as const;
      const { version, state } = await streams.replaceStatus('ns', status, caller);
      expect(version).toBe(3);
      expect(state.header).toBeDefined();
    });

    it('are gone once they are deleted, unless a finalizer holds them', async () => {
      await createIn('ns');
      const deletion = { type: 'DeleteStream', now: NOW, name: 'st' } as const;
      expect((await streams.delete('ns', deletion, caller)).state.header).toBeUndefined();
      const held = { ...create(spec(tag('v1', 'quay.io/a/b:c'))), metadata: { ...metadata(), finalizers: ['a.b/c'] } };
      await streams.create('ns', held, caller);
      const { state } = await streams.delete('ns', deletion, caller);
      expect(state.header?.deletionTimestamp).toBe('2026-03-04T05:06:07Z');
      expect(state.tags.has('v1')).toBe(true);
    });

    it('are held to what their namespace allows', async () => {
      await expect(createIn('full')).rejects.toMatchObject({ code: 'forbidden', subject: 'st' });
      await expect(streams.assertRoom('full', 'st')).rejects.toThrow('exceeded quota: streams');
      await streams.assertRoom('ns', 'st');
      await createIn('bounded');
      await streams.push('bounded', push('v1', A), caller);
      const exceeding = streams.push('bounded', push('v2', B), caller);
      await expect(exceeding).rejects.toBeInstanceOf(Refusal);
      const imported = {
        ...{ tag: 'v3', from: 'quay.io/a/b:v3', specifyOnFailure: true },
        ...{ importPolicy: { importMode: 'Legacy' as const }, referencePolicy: { type: 'Source' as const } },
        result: { kind: 'success' as const, image: B, dockerImageReference: `quay.io/a/b@${B}` },
      };
      const command = { type: 'ApplyImport', creation, importUid: 'i-1', now: NOW, sources: NO_SOURCES } as const;
      const tooMuch = streams.applyImport('bounded', { ...command, tags: [imported] }, caller);
      await expect(tooMuch).rejects.toBeInstanceOf(LimitExceededRefusal);
      await expect(tooMuch).rejects.toMatchObject({
        newTags: ['v3'],
        message: expect.stringContaining('forbidden') as string,
      });
    });
  });
}

async function eventsOf(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of store.readAll({ after: 0 })) events.push(...page);
  return events;
}
