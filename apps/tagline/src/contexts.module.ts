import { Global, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import type { EventContext } from '#lib/events';
import { ImageModule } from '#lib/image';
import { AllowList } from '#lib/registry';
import { READ_MODEL, type ReadModel } from '#lib/read-model';
import { SignatureModule } from '#lib/signature';
import { ImageStreamService, STREAM_POLICY, type StreamPolicy } from '#lib/stream';
import { NAMESPACE_CONTENTS, type NamespaceContents } from '#lib/tenancy';

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
    {
      provide: ImageStreamService,
      inject: [EVENT_STORE, STREAM_POLICY],
      useFactory: (store: EventStore, policy: StreamPolicy) => new ImageStreamService(store, policy),
    },
    {
      provide: NAMESPACE_CONTENTS,
      inject: [READ_MODEL, EVENT_STORE, ImageStreamService],
      useFactory: streamsOfNamespaces,
    },
  ],
  exports: [ImageModule, SignatureModule, ImageStreamService, ALLOW_LIST, STREAM_POLICY, NAMESPACE_CONTENTS],
})
export class ContextsModule {}

const PAGE = 100;

/** The image streams that go away with their namespace. */
function streamsOfNamespaces(readModel: ReadModel, store: EventStore, streams: ImageStreamService): NamespaceContents {
  return {
    async deleteAll(namespace: string, context: EventContext): Promise<number> {
      await readModel.waitFor(await store.lastPosition());
      let deleted = 0;
      for (;;) {
        const page = await readModel.streams(namespace, { limit: PAGE });
        for (const { header } of page.streams) {
          const { name, uid } = header;
          const { version } = await streams.delete(namespace, { type: 'DeleteStream', name, uid }, context);
          await readModel.waitFor(version);
          deleted++;
        }
        if (page.last === undefined) return deleted;
      }
    },
  };
}
