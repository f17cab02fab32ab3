import type { Lag } from '#lib/event-store';
import type { Metrics } from '#lib/observability';

/** The lag of the read models. It is worked out when the metrics are read; NaN where the log cannot be asked. */
export function measureProjectionLag(metrics: Metrics, lag: () => Promise<Lag>): void {
  const measured = async (unit: keyof Lag): Promise<number> => {
    try {
      return (await lag())[unit];
    } catch {
      return NaN;
    }
  };
  metrics.gauge(
    'tagline_projection_lag_positions',
    'Positions between the last event that the read models show and the last of the log.',
    [],
    () => measured('positions'),
  );
  metrics.gauge(
    'tagline_projection_lag_seconds',
    'Age of the oldest event that the read models do not show; 0 where they show all.',
    [],
    () => measured('seconds'),
  );
}
