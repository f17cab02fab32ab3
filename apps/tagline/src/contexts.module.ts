import { Global, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import type { EventContext } from '#lib/events';
import { ImageModule } from '#lib/image';
import { AllowList } from '#lib/registry';
import { READ_MODEL, type ReadModel } from '#lib/read-model';
import { SignatureModule } from '#lib/signature';
import {
  IMAGE_STREAMS,
  ImageStreamService,
  NAMESPACE_BOUNDS,
  STREAM_POLICY,
  type ImageStreams,
  type NamespaceBounds,
  type StreamPolicy,
} from '#lib/stream';
import { LimitIndex, NAMESPACE_CONTENTS, type NamespaceContents } from '#lib/tenancy';

/** Nest token of the registries that may be named and imported from. */
export const ALLOW_LIST = Symbol('AllowList');

/** The bounded contexts, each on the one event store. */
@Global()
@Module({
  imports: [ImageModule, SignatureModule],
  providers: [
    {
      provide: ALLOW_LIST,
      inject: [CONFIGURATION],
      useFactory: ({ images }: Configuration) =>
        AllowList.from(images.allowedRegistriesForImport, images.internalRegistryHostname),
    },
    {
      provide: STREAM_POLICY,
      inject: [CONFIGURATION, ALLOW_LIST],
      useFactory: ({ images }: Configuration, allowList: AllowList): StreamPolicy => ({
        internalRegistryHostname: images.internalRegistryHostname ?? '',
        refuseImport: (reference, transport) => allowList.check(reference, transport),
      }),
    },
    { provide: NAMESPACE_BOUNDS, inject: [LimitIndex, EVENT_STORE, READ_MODEL], useFactory: namespaceBounds },
    {
      provide: ImageStreamService,
      inject: [EVENT_STORE, STREAM_POLICY, NAMESPACE_BOUNDS],
      useFactory: (store: EventStore, policy: StreamPolicy, bounds: NamespaceBounds) =>
        new ImageStreamService(store, policy, bounds),
    },
    { provide: IMAGE_STREAMS, useExisting: ImageStreamService },
    {
      provide: NAMESPACE_CONTENTS,
      inject: [READ_MODEL, EVENT_STORE, IMAGE_STREAMS],
      useFactory: streamsOfNamespaces,
    },
  ],
  exports: [ImageModule, SignatureModule, IMAGE_STREAMS, ALLOW_LIST, STREAM_POLICY, NAMESPACE_CONTENTS],
})
export class ContextsModule {}

const PAGE = 100;

/** The image streams that go away with their namespace, once nobody holds them by a finalizer. */
function streamsOfNamespaces(readModel: ReadModel, store: EventStore, streams: ImageStreams): NamespaceContents {
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

/** What people declared for a namespace, and how many streams it has. */
function namespaceBounds(index: LimitIndex, store: EventStore, readModel: ReadModel): NamespaceBounds {
  return {
    limitsOf: (namespace) => index.streamLimits(namespace),
    quotasOf: (namespace) => index.streamQuotas(namespace),
    countStreams: async (namespace) => {
      await readModel.waitFor(await store.lastPosition());
      return readModel.streamCount(namespace);
    },
  };
}
