import { Global, Inject, Injectable, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import { TRACER, type Tracer } from '#lib/tracing';
import { openEventStore } from './event-store.js';
import { storeInstruments } from './store-instruments.js';

/** The event log, where the configuration says. */
export const eventStoreProvider: Provider = {
  provide: EVENT_STORE,
  inject: [CONFIGURATION, LOGGER, METRICS, TRACER],
  useFactory: (configuration: Configuration, logger: Logger, metrics: Metrics, tracer: Tracer) =>
    openEventStore(configuration, {
      instruments: storeInstruments(metrics, tracer),
      onDisturbance: (why) => logger.warn({ why }, 'the event store does not answer; it is asked again'),
    }),
};

@Injectable()
class LogLifecycle implements OnApplicationShutdown {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

/** The event log for processes that need no read model. */
@Global()
@Module({ providers: [eventStoreProvider, LogLifecycle], exports: [EVENT_STORE] })
export class LogModule {}
