import 'reflect-metadata';
import { LogModule, runProcess, startProbedProcess } from '#lib/composition';
import { ConfigurationError, type Configuration } from '#lib/config';
import { RelayModule } from '#lib/event-feed';

const HELP = `Tagline's relay: publishes every event of the log to Kafka, once and in order.

Usage: npm run start:relay

The log must be in EventStoreDB: a server that keeps it in its data directory publishes by itself, once it knows brokers.
Several relays of one log are safe: one publishes, the others stand by.

Settings come from the environment, or from the YAML file that TAGLINE_CONFIG names:
  TAGLINE_KAFKA_BROKERS                        some of the brokers, host:port with commas between
  TAGLINE_EVENT_STORE_ENGINE                   eventstoredb
  TAGLINE_EVENT_STORE_CONNECTION_STRING[_FILE] where the log is
  TAGLINE_RELAY_LISTEN                         host:port of probes and metrics      default 127.0.0.1:9464
docs/configuration.md has them all, docs/events.md says what is published.
`;

await runProcess({
  name: 'relay',
  help: HELP,
  start: async (configuration, logger) => {
    assertUsable(configuration);
    const { url, stop } = await startProbedProcess({
      ...{ name: 'relay', configuration, logger, probes: configuration.relay.listen },
      imports: [LogModule, RelayModule],
    });
    return { ready: { url }, stop };
  },
});

/** What is good for a server may still be of no use to a relay. */
function assertUsable({ kafka, eventStore }: Configuration): void {
  const problems = [];
  if (kafka.brokers.length === 0) {
    problems.push({ where: 'kafka.brokers', message: 'must be set', remedy: 'or TAGLINE_KAFKA_BROKERS' });
  }
  if (eventStore.engine === 'embedded') {
    const message =
      'must not be embedded: what is on its way to that disk must not be published, and only its server knows';
    problems.push({ where: 'eventStore.engine', message, remedy: 'give kafka.brokers to the server instead' });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}
