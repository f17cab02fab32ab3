import type { Logger, Metrics } from '#lib/observability';
import type { Relay } from './relay.js';
import type { RelayObserver } from './relay-observer.js';

/** Says in the log and in the metrics what a relay does. */
export function relayReporter(logger: Logger, metrics: Metrics): RelayObserver {
  const events = metrics.counter('tagline_relay_published_events_total', 'Events that were published.');
  const references = metrics.counter(
    'tagline_relay_references_total',
    'Events that were too large to be published, and were only referred to.',
  );
  const transactions = metrics.counter('tagline_relay_transactions_total', 'Transactions that were committed.');
  const failures = metrics.counter('tagline_relay_failures_total', 'Failures after which publishing was tried again.');
  const fenced = metrics.counter('tagline_relay_fenced_total', 'Times that another relay took over.');
  return {
    tookOver: (after) => logger.info({ after }, 'publishing events'),
    published: (published) => {
      events.inc(published.events);
      references.inc(published.references);
      transactions.inc();
      if (published.references > 0) {
        logger.warn({ references: published.references }, 'events too large to be published were referred to');
      }
    },
    fenced: () => {
      fenced.inc();
      logger.warn('another relay took over, or the brokers gave up on this one: standing by');
    },
    failed: (error, count, retryInMs) => {
      failures.inc();
      logger.warn({ err: error, failures: count, retryInMs }, 'publishing events failed, trying again');
    },
  };
}

/** What is asked of the relay whenever the metrics are read. */
export function measureRelay(relay: Relay, metrics: Metrics): void {
  metrics.gauge('tagline_relay_active', 'Whether this is the relay of its log: 1 or 0.', [], () =>
    relay.isActive ? 1 : 0,
  );
  const lag = async (unit: 'positions' | 'seconds'): Promise<number> => {
    try {
      return (await relay.lag())[unit];
    } catch {
      return NaN;
    }
  };
  metrics.gauge(
    'tagline_relay_lag_positions',
    'Positions between the last event that was published and the last of the log.',
    [],
    () => lag('positions'),
  );
  metrics.gauge(
    'tagline_relay_lag_seconds',
    'Age of the oldest event that is not published; 0 where all are.',
    [],
    () => lag('seconds'),
  );
}
