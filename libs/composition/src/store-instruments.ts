import type { StoreInstruments } from '#lib/event-store';
import type { Metrics } from '#lib/observability';
import type { Tracer } from '#lib/tracing';

/** Seconds: a sync of a good disk takes one to ten milliseconds, and nothing should take a second. */
const APPEND_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const APPEND_EVENTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/** What is measured and traced of the log, whichever process writes to it. */
export function storeInstruments(metrics: Metrics, tracer: Tracer): StoreInstruments {
  const commands = metrics.counter('tagline_commands_total', 'Commands by the kind of aggregate and how they ended.', [
    'aggregate',
    'outcome',
  ]);
  const duration = metrics.histogram(
    'tagline_append_duration_seconds',
    'Time until the event store has events on stable storage.',
    [],
    APPEND_SECONDS,
  );
  const size = metrics.histogram(
    'tagline_append_events',
    'Events that are appended to one stream at once, for all commands that waited for it.',
    [],
    APPEND_EVENTS,
  );
  return {
    tracer,
    commanded: ({ aggregate, outcome }) => commands.inc({ aggregate, outcome }),
    appended: ({ events, seconds }) => {
      duration.observe(seconds);
      size.observe(events);
    },
  };
}
