import 'reflect-metadata';
import { ConfigurationError, loadConfiguration, type Configuration } from '#lib/config';
import { createLogger } from '#lib/observability';
import { startRelay } from './server.js';

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

/** What is being published gets this long when the process is asked to stop. */
const DRAIN_MS = 10_000;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
} else {
  await run();
}

async function run(): Promise<void> {
  try {
    const configuration = usable(loadConfiguration(process.env));
    const logger = createLogger(configuration.log);
    const { url, stop } = await startRelay(configuration, logger);
    logger.info({ url }, 'the relay is ready');
    const shutDown = (signal: string): void => {
      logger.info({ signal }, 'stopping');
      setTimeout(() => process.exit(1), DRAIN_MS).unref();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          logger.fatal({ err: error }, 'did not stop cleanly');
          process.exit(1);
        },
      );
    };
    process.once('SIGTERM', shutDown);
    process.once('SIGINT', shutDown);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`relay: ${error.message}\n`);
    process.exit(1);
  }
}

/** What is good for a server may still be of no use to a relay. */
function usable(configuration: Configuration): Configuration {
  const { kafka, eventStore } = configuration;
  const problems = [
    ...(kafka.brokers.length > 0
      ? []
      : [{ where: 'kafka.brokers', message: 'must be set', remedy: 'or TAGLINE_KAFKA_BROKERS' }]),
    ...(eventStore.engine !== 'embedded'
      ? []
      : [
          {
            where: 'eventStore.engine',
            message:
              'must not be embedded: what is on its way to that disk must not be published, and only its server knows',
            remedy: 'give kafka.brokers to the server instead',
          },
        ]),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}
