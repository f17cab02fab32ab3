import { ConfigurationError, loadConfiguration, type Configuration } from '#lib/config';
import { DataDirectoryInUseError, EventStoreError } from '#lib/event-store';
import { createLogger, type Logger } from '#lib/observability';
import { NewerSchemaError, PostgresError } from '#lib/postgres';
import { InvalidSecretKeyError } from '#lib/tenancy';

export interface RunningProcess {
  /** What is said, beside that the process is ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Finishes what is under way and lets go of everything. */
  readonly stop: () => Promise<void>;
}

export interface ProcessOptions {
  /** What the process calls itself. */
  readonly name: string;
  /** What `--help` prints. */
  readonly help: string;
  readonly start: (configuration: Configuration, logger: Logger) => Promise<RunningProcess>;
}

/** Unfinished requests get this long when the process is asked to stop. */
const DRAIN_MS = 30_000;

/** Runs a process from its configuration to the signal that ends it. */
export async function runProcess({ name, help, start }: ProcessOptions): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(help);
    return;
  }
  try {
    const configuration = loadConfiguration(process.env);
    const logger = createLogger(configuration.log);
    const { ready, stop } = await start(configuration, logger);
    logger.info(ready, `${name} is ready`);
    stopOnSignals(stop, logger);
  } catch (error) {
    if (!isForTheUser(error)) throw error;
    process.stderr.write(`${name.toLowerCase()}: ${error.message}\n`);
    process.exit(1);
  }
}

function stopOnSignals(stop: () => Promise<void>, logger: Logger): void {
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

/** What can be mended without looking at the code. */
function isForTheUser(error: unknown): error is Error {
  const mendable = [
    ...[DataDirectoryInUseError, ConfigurationError, EventStoreError],
    ...[PostgresError, NewerSchemaError, InvalidSecretKeyError],
  ];
  return mendable.some((kind) => error instanceof kind);
}
