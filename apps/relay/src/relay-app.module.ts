import { Global, Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import { RelayModule } from '#lib/event-feed';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import type { Tracer } from '#lib/tracing';
import {
  HealthController,
  LOGGER,
  METRICS,
  Metrics,
  MetricsController,
  Readiness,
  type Logger,
} from '#lib/observability';
import { openEventStore, storeInstruments } from '#lib/composition';

@Injectable()
class LogLifecycle implements OnApplicationShutdown {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

/** The relay and the log that it reads. */
@Module({})
export class RelayApp {
  static forRoot(configuration: Configuration, logger: Logger, tracer: Tracer): DynamicModule {
    return {
      module: RelayApp,
      imports: [LogModule.of(configuration, logger, tracer), RelayModule],
      controllers: [HealthController, MetricsController],
      providers: [Readiness],
    };
  }
}

@Global()
@Module({})
class LogModule {
  static of(configuration: Configuration, logger: Logger, tracer: Tracer): DynamicModule {
    const onDisturbance = (why: unknown): void =>
      logger.warn({ why }, 'the event store does not answer; it is asked again');
    return {
      module: LogModule,
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: LOGGER, useValue: logger },
        { provide: METRICS, useValue: new Metrics() },
        {
          provide: EVENT_STORE,
          inject: [METRICS],
          useFactory: (metrics: Metrics) =>
            openEventStore(configuration, { onDisturbance, instruments: storeInstruments(metrics, tracer) }),
        },
        LogLifecycle,
      ],
      exports: [CONFIGURATION, LOGGER, METRICS, EVENT_STORE],
    };
  }
}
