import 'reflect-metadata';
import { ConfigurationError, loadConfiguration, type Configuration } from '#lib/config';
import { DataDirectoryInUseError, EventStoreError } from '#lib/event-store';
import { createLogger } from '#lib/observability';
import { NewerSchemaError, PostgresError } from '#lib/postgres';
import { InvalidSecretKeyError } from '#lib/tenancy';
import { startServer } from './server.js';

const HELP = `Tagline: image streams (image.openshift.io/v1) on an event log.

Usage: npm start            run the server
       npm run rebuild      drop the read models and build them anew from the log
       npm run replay -- --at <time or resourceVersion> <namespace>/<stream>
       npm run verify       check the hash chain of every stream of the log
       npm run dead-letters -- list | replay   events that workers laid aside

Settings come from the environment, or from the YAML file that TAGLINE_CONFIG names:
  TAGLINE_DATA_DIR   data directory             default ./data
  TAGLINE_LISTEN     host:port of the API       default 127.0.0.1:8443
docs/configuration.md has them all.
`;

/** Unfinished requests get this long when the process is asked to stop. */
const DRAIN_MS = 30_000;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
} else {
  await run();
}

async function run(): Promise<void> {
  const configuration = configurationOrExit();
  const logger = createLogger(configuration.log);
  try {
    const { identity, stop } = await startServer(configuration, logger);
    const { dataDir } = configuration;
    logger.info({ url: identity.serverUrl, dataDir, kubeconfig: identity.kubeconfigPath }, 'Tagline is ready');
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
    if (!isForTheUser(error)) throw error;
    process.stderr.write(`tagline: ${error.message}\n`);
    process.exit(1);
  }
}

function configurationOrExit(): Configuration {
  try {
    return loadConfiguration(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`tagline: ${error.message}\n`);
    process.exit(1);
  }
}

/** What can be mended without looking at the code. */
function isForTheUser(error: unknown): error is Error {
  const mendable = [
    ...[DataDirectoryInUseError, ConfigurationError, EventStoreError],
    ...[PostgresError, NewerSchemaError, InvalidSecretKeyError],
  ];
  return mendable.some((kind) => error instanceof kind);
}
