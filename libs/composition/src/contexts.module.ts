import { Global, Module } from '@nestjs/common';
import { EVENT_STORE } from '#lib/event-store';
import { ImageModule } from '#lib/image';
import { READ_MODEL } from '#lib/read-model';
import { SignatureModule } from '#lib/signature';
import { IMAGE_STREAMS } from '#lib/stream';
import { NAMESPACE_CONTENTS } from '#lib/tenancy';
import { streamsOfNamespaces } from './namespace-contents.js';
import { StreamsModule } from './streams.module.js';

/** The bounded contexts in this process, each on the one event store. */
@Global()
@Module({
  imports: [ImageModule, SignatureModule, StreamsModule],
  providers: [
    {
      provide: NAMESPACE_CONTENTS,
      inject: [READ_MODEL, EVENT_STORE, IMAGE_STREAMS],
      useFactory: streamsOfNamespaces,
    },
  ],
  exports: [ImageModule, SignatureModule, StreamsModule, NAMESPACE_CONTENTS],
})
export class ContextsModule {}
