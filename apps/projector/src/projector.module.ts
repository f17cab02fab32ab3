import { Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import {
  measureProjectionLag,
  openEventStore,
  openPostgres,
  openReadModel,
  POSTGRES,
  RUNNING_READ_MODEL,
  storeInstruments,
  type RunningReadModel,
} from '#lib/composition';
import type { Configuration } from '#lib/config';
import { EVENT_STORE, lagBehind, type EventStore } from '#lib/event-store';
import { HealthController, METRICS, Metrics, MetricsController, Readiness, type Logger } from '#lib/observability';
import type { Postgres } from '#lib/postgres';
import type { Tracer } from '#lib/tracing';
import { LogEnd } from './log-end.js';

/** Closes what was opened, the projector first. */
@Injectable()
class ProjectorLifecycle implements OnApplicationShutdown {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(POSTGRES) private readonly postgres: Postgres,
    @Inject(RUNNING_READ_MODEL) private readonly readModel: RunningReadModel,
    @Inject(LogEnd) private readonly logEnd: LogEnd,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.logEnd.stop();
    await this.readModel.close();
    await this.store.close();
    await this.postgres.close();
  }
}

/** The log, the read models, and the projector between them, with probes and metrics. */
@Module({})
export class ProjectorModule {
  static forRoot(configuration: Configuration, logger: Logger, tracer: Tracer): DynamicModule {
    return {
      module: ProjectorModule,
      controllers: [HealthController, MetricsController],
      providers: [
        Readiness,
        { provide: METRICS, useValue: new Metrics() },
        {
          provide: EVENT_STORE,
          inject: [METRICS],
          useFactory: (metrics: Metrics) =>
            openEventStore(configuration, {
              instruments: storeInstruments(metrics, tracer),
              onDisturbance: (why) => logger.warn({ why }, 'the event store does not answer; it is asked again'),
            }),
        },
        {
          provide: POSTGRES,
          useFactory: () =>
            openPostgres(configuration, (why) => logger.warn({ why }, 'a connection to PostgreSQL was lost')),
        },
        {
          provide: RUNNING_READ_MODEL,
          inject: [EVENT_STORE, POSTGRES],
          useFactory: (store: EventStore, postgres: Postgres) => openReadModel(configuration, store, postgres, logger),
        },
        { provide: LogEnd, inject: [EVENT_STORE, RUNNING_READ_MODEL, METRICS], useFactory: measured },
        ProjectorLifecycle,
      ],
    };
  }
}

/** How far the read models are behind the log, and who writes them. */
function measured(store: EventStore, { readModel, isProjecting }: RunningReadModel, metrics: Metrics): LogEnd {
  const end = LogEnd.follow(store);
  measureProjectionLag(metrics, () => lagBehind(store, readModel.position));
  metrics.gauge(
    'tagline_projected_position',
    'Position of the last event that the read models show.',
    [],
    () => readModel.position,
  );
  metrics.gauge('tagline_log_position', 'Position of the last event of the log.', [], () => end.position);
  metrics.gauge(
    'tagline_projector_active',
    'Whether it is this projector that writes: 1, or 0 for a standby.',
    [],
    () => (isProjecting() ? 1 : 0),
  );
  return end;
}
