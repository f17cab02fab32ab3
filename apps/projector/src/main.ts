import 'reflect-metadata';
import { ConfigurationError, loadConfiguration } from '#lib/config';
import { EventStoreError } from '#lib/event-store';
import { createLogger } from '#lib/observability';
import { NewerSchemaError, PostgresError } from '#lib/postgres';
import { startProjector } from './projector.js';

const HELP = `Tagline's projector: builds the read models in PostgreSQL from the log, and keeps them up to date.

Usage: npm run start:projector

Any number may run; one of them writes, and another goes on within seconds when it is gone. Servers read what it writes.

Settings are those of the server, from the environment or the YAML file that TAGLINE_CONFIG names. It needs
  TAGLINE_EVENT_STORE_ENGINE=eventstoredb   and where that is
  TAGLINE_READ_MODEL_ENGINE=postgres        and where that is
  TAGLINE_LISTEN                            host:port of /livez, /readyz and /metrics, without TLS
docs/read-models.md says more.
`;

/** What is under way gets this long when the process is asked to stop. */
const DRAIN_MS = 30_000;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
} else {
  await run().catch((error: unknown) => {
    const mendable = [ConfigurationError, EventStoreError, PostgresError, NewerSchemaError];
    if (!mendable.some((kind) => error instanceof kind)) throw error;
    process.stderr.write(`tagline projector: ${(error as Error).message}\n`);
    process.exit(1);
  });
}

async function run(): Promise<void> {
  const configuration = loadConfiguration(process.env);
  const logger = createLogger(configuration.log);
  const { url, stop } = await startProjector(configuration, logger);
  logger.info({ url }, 'the projector is ready');
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
}
