import type { EventContext } from '#lib/events';
import type { EventStore } from '#lib/event-store';
import type { ReadModel } from '#lib/read-model';
import type { ImageStreams } from '#lib/stream';
import type { NamespaceContents } from '#lib/tenancy';

const PAGE = 100;

/** The image streams that go away with their namespace, once nobody holds them by a finalizer. */
export function streamsOfNamespaces(readModel: ReadModel, store: EventStore, streams: ImageStreams): NamespaceContents {
  return {
    async deleteAll(namespace: string, context: EventContext): Promise<number> {
      await readModel.waitFor(await store.lastPosition());
      let deleted = 0;
      const held: string[] = [];
      for (let after: readonly [string, string] | undefined; ;) {
        const page = await readModel.streams(namespace, { limit: PAGE, ...(after && { after }) });
        for (const { header } of page.streams) {
          const { name, uid } = header;
          const command = { type: 'DeleteStream', name, uid, now: new Date() } as const;
          const { state, version } = await streams.delete(namespace, command, context);
          await readModel.waitFor(version);
          if (state.header === undefined) deleted++;
          else held.push(name);
        }
        if (page.last === undefined) break;
        after = page.last;
      }
      if (deleted === 0 && held.length > 0) throw new Error(`image stream "${held[0]}" is held by its finalizers`);
      return deleted;
    },
  };
}
