import { ConfigurationError, formatListenAddress, loadConfiguration, type Configuration } from '#lib/config';
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
    const message = messageForUser(error);
    if (message === undefined) throw error;
    process.stderr.write(`${name.toLowerCase()}: ${message}\n`);
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

const MENDABLE = [
  ...[DataDirectoryInUseError, ConfigurationError, EventStoreError],
  ...[PostgresError, NewerSchemaError, InvalidSecretKeyError],
];

const NOT_LISTENING = new Map([
  ['EADDRINUSE', 'something else listens there'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['EACCES', 'this user may not'],
]);

/** What is said of an error that can be mended without looking at the code; `undefined` for any other. */
export function messageForUser(error: unknown): string | undefined {
  if (MENDABLE.some((kind) => error instanceof kind)) return (error as Error).message;
  const { syscall, code, address, port } = (error ?? {}) as NodeJS.ErrnoException & { address: string; port: number };
  const why = syscall === 'listen' ? NOT_LISTENING.get(code ?? '') : undefined;
  return why && `cannot listen on ${formatListenAddress({ host: address, port })}: ${why}`;
}
