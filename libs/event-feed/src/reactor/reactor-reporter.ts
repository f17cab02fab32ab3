import type { Logger, Metrics } from '#lib/observability';
import type { ReactorObserver } from './reactor.js';

/** Says in the log and in the metrics what groups of reactors do. */
export function reactorReporter(logger: Logger, metrics: Metrics): ReactorObserver {
  const events = metrics.counter('tagline_reactor_events_total', 'Events by how they ended.', ['reactor', 'result']);
  const retries = metrics.counter('tagline_reactor_retries_total', 'Failures after which an event was tried again.', [
    'reactor',
  ]);
  const partitions = metrics.gauge('tagline_reactor_partitions', 'Partitions whose events come here.', ['reactor']);
  return {
    reacted: (reactor) => events.inc({ reactor, result: 'done' }),
    retrying: (reactor, { type, stream, revision }, attempt, error) => {
      retries.inc({ reactor });
      logger.warn({ reactor, type, stream, revision, attempt, err: error }, 'an event failed, trying again');
    },
    laidAside: (reactor, place, error) => {
      events.inc({ reactor, result: 'laid aside' });
      logger.error({ reactor, place, err: error }, 'an event kept failing and was laid aside: see dead-letters');
    },
    shareChanged: (reactor, count) => {
      partitions.set({ reactor }, count);
      logger.info({ reactor, partitions: count }, 'the work was shared out');
    },
    failed: (reactor, error) =>
      logger.warn({ reactor, err: error }, 'Kafka does not answer as it should, trying again'),
  };
}
