import { Module } from '@nestjs/common';
import { AUTHORIZER, type Authorizer } from '#lib/access';
import { pullAuthority, StreamsModule } from '#lib/composition';
import { ImageStreamController, PULL_AUTHORITY } from '#lib/stream';

/** Image streams, and the calls for them. Which streams of others somebody may refer to is decided here. */
@Module({
  imports: [StreamsModule],
  controllers: [ImageStreamController],
  providers: [
    {
      provide: PULL_AUTHORITY,
      inject: [AUTHORIZER],
      useFactory: (authorizer: Authorizer) => pullAuthority(authorizer),
    },
  ],
})
export class StreamServiceModule {}
