import { lagBehind, type EventStore, type Lag } from '#lib/event-store';
import type { Metrics } from '#lib/observability';
import type { ReadModel } from '#lib/read-model';

/** How far the read models are. The lag is worked out when the metrics are read; NaN where the log cannot be asked. */
export function measureProjection(metrics: Metrics, store: EventStore, readModel: ReadModel): void {
  const lag = async (unit: keyof Lag): Promise<number> => {
    try {
      return (await lagBehind(store, readModel.position))[unit];
    } catch {
      return NaN;
    }
  };
  metrics.gauge(
    'tagline_projected_position',
    'Position of the last event that the read models show.',
    [],
    () => readModel.position,
  );
  metrics.gauge(
    'tagline_projection_lag_positions',
    'Positions between the last event that the read models show and the last of the log.',
    [],
    () => lag('positions'),
  );
  metrics.gauge(
    'tagline_projection_lag_seconds',
    'Age of the oldest event that the read models do not show; 0 where they show all.',
    [],
    () => lag('seconds'),
  );
}
