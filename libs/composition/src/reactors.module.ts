import { Global, Module } from '@nestjs/common';
import { REACTOR_OBSERVER, reactorReporter } from '#lib/event-feed';
import { LOGGER, METRICS } from '#lib/observability';

/** Whom groups of reactors tell what they do: the log and the metrics of the process. */
@Global()
@Module({
  providers: [{ provide: REACTOR_OBSERVER, inject: [LOGGER, METRICS], useFactory: reactorReporter }],
  exports: [REACTOR_OBSERVER],
})
export class ReactorsModule {}
