import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { measureProjection, ReadModelsModule, RUNNING_READ_MODEL, type RunningReadModel } from '#lib/composition';
import { EVENT_STORE, type EventStore } from '#lib/event-store';
import { METRICS, type Metrics } from '#lib/observability';
import { LogEnd } from './log-end.js';

/** Asks no more when what it asks is closed. */
@Injectable()
class LogEndLifecycle implements OnApplicationShutdown {
  constructor(@Inject(LogEnd) private readonly logEnd: LogEnd) {}

  onApplicationShutdown(): void {
    this.logEnd.stop();
  }
}

/** The read models and the projector that writes them, and how far it is. */
@Module({
  imports: [ReadModelsModule],
  providers: [
    { provide: LogEnd, inject: [EVENT_STORE, RUNNING_READ_MODEL, METRICS], useFactory: measured },
    LogEndLifecycle,
  ],
})
export class ProjectorModule {}

/** How far the read models are behind the log, and who writes them. */
function measured(store: EventStore, { readModel, isProjecting }: RunningReadModel, metrics: Metrics): LogEnd {
  const end = LogEnd.follow(store);
  measureProjection(metrics, store, readModel);
  metrics.gauge('tagline_log_position', 'Position of the last event of the log.', [], () => end.position);
  metrics.gauge(
    'tagline_projector_active',
    'Whether it is this projector that writes: 1, or 0 for a standby.',
    [],
    () => (isProjecting() ? 1 : 0),
  );
  return end;
}
