import type { EventStore } from '#lib/event-store';
import type { ReadModel } from '#lib/read-model';
import type { NamespaceBounds } from '#lib/stream';
import type { LimitIndex } from '#lib/tenancy';

/** What people declared for a namespace, and how many streams it has. */
export function namespaceBounds(index: LimitIndex, store: EventStore, readModel: ReadModel): NamespaceBounds {
  return {
    limitsOf: (namespace) => index.streamLimits(namespace),
    quotasOf: (namespace) => index.streamQuotas(namespace),
    countStreams: async (namespace) => {
      await readModel.waitFor(await store.lastPosition());
      return readModel.streamCount(namespace);
    },
  };
}
