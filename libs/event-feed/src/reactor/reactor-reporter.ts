import type { Logger, Metrics } from '#lib/observability';
import type { ReactorMember, ReactorObserver } from './reactor.js';

/** Says in the log and in the metrics what groups of reactors do. */
export function reactorReporter(logger: Logger, metrics: Metrics): ReactorObserver {
  const events = metrics.counter('tagline_reactor_events_total', 'Events by how they ended.', ['reactor', 'result']);
  const retries = metrics.counter('tagline_reactor_retries_total', 'Failures after which an event was tried again.', [
    'reactor',
  ]);
  const members = new Map<string, ReactorMember>();
  metrics.readings('tagline_reactor_partitions', 'Partitions whose events come here.', ['reactor'], () =>
    [...members].map(([reactor, { partitionCount }]) => ({ labels: { reactor }, value: partitionCount })),
  );
  const lag = (unit: 'events' | 'seconds') => () =>
    [...members].flatMap(([reactor, member]) =>
      member.lag().map(({ topic, ...measured }) => ({ labels: { reactor, topic }, value: measured[unit] })),
    );
  const labels = ['reactor', 'topic'] as const;
  metrics.readings(
    'tagline_reactor_lag_events',
    'Events in the partitions that come here that are not done.',
    labels,
    lag('events'),
  );
  metrics.readings(
    'tagline_reactor_lag_seconds',
    'For how long the oldest event that is not done has been in its topic; 0 where all are done.',
    labels,
    lag('seconds'),
  );
  return {
    started: (reactor, member) => members.set(reactor, member),
    reacted: (reactor) => events.inc({ reactor, result: 'done' }),
    retrying: (reactor, { type, stream, revision }, attempt, error) => {
      retries.inc({ reactor });
      logger.warn({ reactor, type, stream, revision, attempt, err: error }, 'an event failed, trying again');
    },
    laidAside: (reactor, place, error) => {
      events.inc({ reactor, result: 'laid aside' });
      logger.error({ reactor, place, err: error }, 'an event kept failing and was laid aside: see dead-letters');
    },
    shareChanged: (reactor, partitions) => logger.info({ reactor, partitions }, 'the work was shared out'),
    failed: (reactor, error) =>
      logger.warn({ reactor, err: error }, 'Kafka does not answer as it should, trying again'),
  };
}
