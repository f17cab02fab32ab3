import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, Refusal, StaleVersionError, type EventStore } from '#lib/event-store';
import type { RecordedEvent } from '#lib/events';
import type { Images } from './images.js';

export interface OpenImages {
  readonly images: Images;
  readonly close: () => Promise<void>;
}

const context = {
  actor: { user: 'alice', groups: ['devs'], impersonator: 'root' },
  requestId: 'r-1',
  userAgent: 'kubectl',
  sourceAddress: '192.0.2.7',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  changeCause: 'a reason',
};
const now = new Date('2026-03-04T05:06:07.890Z');
const metadata = { labels: {}, annotations: {}, finalizers: [] as string[], ownerReferences: [] };
const content = { dockerImageReference: 'registry.example.com/team/app:1' };
const command = { name: 'an-image', uid: 'u-1', now, origin: 'push', existing: 'keep', metadata, content } as const;

/** What all {@link Images} have in common, wherever they are. */
export function imagesContract(where: string, open: (store: EventStore) => Promise<OpenImages>): void {
  describe(`images ${where}`, () => {
    let store: InMemoryEventStore;
    let opened: OpenImages;
    let images: Images;

    beforeEach(async () => {
      store = new InMemoryEventStore();
      opened = await open(store);
      ({ images } = opened);
    });

    afterEach(() => opened.close());

    it('are registered once, and it is said whether they were known', async () => {
      expect(await images.register(command, context)).toEqual({ existed: false, version: 1 });
      expect(await images.register(command, context)).toEqual({ existed: true, version: 1 });
    });

    it('are recorded with who acted, through what, and when', async () => {
      await images.register(command, context);
      const [event] = await eventsOf(store);
      expect(event?.metadata).toMatchObject(context);
      expect(event?.data).toMatchObject({ creationTimestamp: '2026-03-04T05:06:07Z', content });
    });

    it('are not registered where they are there already and must not be', async () => {
      await images.register(command, context);
      const refused = images.register({ ...command, existing: 'refuse' }, context);
      await expect(refused).rejects.toEqual(
        new Refusal('already-exists', 'an-image', 'image "an-image" already exists'),
      );
      await expect(refused).rejects.toBeInstanceOf(Refusal);
    });

    it('are refused with the fields that break a rule', async () => {
      const name = 'x'.repeat(257);
      await expect(images.register({ ...command, name }, context)).rejects.toMatchObject({
        code: 'invalid',
        subject: name,
        problems: [{ field: 'metadata.name' }],
      });
    });

    it('are revised only as of the version that the writer knows', async () => {
      const { version } = await images.register(command, context);
      const change = { name: 'an-image', now, content, metadata: { ...metadata, labels: { a: 'b' } } };
      const revised = await images.revise(change, context, { version });
      expect(revised.version).toBe(2);
      const stale = images.revise(change, context, { version });
      await expect(stale).rejects.toBeInstanceOf(StaleVersionError);
      await expect(stale).rejects.toMatchObject({ expected: 1, actual: 2 });
    });

    it('are gone once they are deleted', async () => {
      await images.register(command, context);
      expect(await images.delete({ name: 'an-image', uid: 'u-1', now }, context)).toMatchObject({
        version: 2,
        state: undefined,
      });
      expect((await images.load('an-image')).state).toBeUndefined();
    });

    it('stay, and say so, while a finalizer holds them', async () => {
      const held = { ...metadata, finalizers: ['example.com/holds'] };
      await images.register({ ...command, metadata: held }, context);
      const { state } = await images.delete({ name: 'an-image', now }, context);
      expect(state).toMatchObject({ name: 'an-image', deletionTimestamp: '2026-03-04T05:06:07Z' });
    });

    it('show what a command would lead to without storing it', async () => {
      const { events, state } = await images.preview({ type: 'RegisterImage', ...command });
      expect(events).toHaveLength(1);
      expect(state?.uid).toBe('u-1');
      expect(await eventsOf(store)).toEqual([]);
    });

    it('are loaded as they are now, whoever wrote them', async () => {
      await images.register(command, context);
      await images.load('an-image');
      await images.revise({ name: 'an-image', now, content, metadata: { ...metadata, labels: { a: 'b' } } }, context);
      expect(await images.load('an-image')).toMatchObject({ version: 2, state: { metadata: { labels: { a: 'b' } } } });
    });
  });
}

async function eventsOf(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of store.readAll({ after: 0 })) events.push(...page);
  return events;
}
