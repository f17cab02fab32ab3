import type { EventContext } from '#lib/events';
import { Refusal, type EventStore } from '#lib/event-store';
import type { ReadModel } from '#lib/read-model';
import type { ImageStreams } from '#lib/stream';
import type { IsMeant, NamespaceContents } from '#lib/tenancy';

const PAGE = 100;

/** The image streams that go away with their namespace, once nobody holds them by a finalizer. */
export function streamsOfNamespaces(readModel: ReadModel, store: EventStore, streams: ImageStreams): NamespaceContents {
  return {
    async deleteAll(namespace: string, context: EventContext, isMeant: IsMeant): Promise<number> {
      await readModel.waitFor(await store.lastPosition());
      let deleted = 0;
      const held: string[] = [];
      for (let after: readonly [string, string] | undefined; ;) {
        const page = await readModel.streams(namespace, { limit: PAGE, ...(after && { after }) });
        if (page.streams.length > 0 && !(await isMeant())) return 0;
        for (const { header } of page.streams) {
          const { name, uid } = header;
          if (await isDeleted(streams, namespace, { name, uid }, context)) deleted++;
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

/** Whether the stream is gone: by this, or by another process that empties the namespace too. A finalizer may hold it. */
async function isDeleted(
  streams: ImageStreams,
  namespace: string,
  stream: { readonly name: string; readonly uid: string },
  context: EventContext,
): Promise<boolean> {
  try {
    const command = { type: 'DeleteStream', ...stream, now: new Date() } as const;
    const { state } = await streams.delete(namespace, command, context);
    return state.header === undefined;
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'not-found' || error.code === 'conflict')) return true;
    throw error;
  }
}
