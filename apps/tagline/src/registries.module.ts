import { readFileSync } from 'node:fs';
import { Global, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '#lib/config';
import {
  IMPORT_OBSERVER,
  Importer,
  PULL_SECRETS,
  type ImportIdentity,
  type ImportObserver,
  type PullSecretsOf,
} from '#lib/import';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import { PullSources, RegistryTransport } from '#lib/registry';
import { pullSecrets, SECRET_STORE, type SecretStore } from '#lib/tenancy';

/** How other registries are reached: connections, mirrors, credentials; and what is said of imports. */
@Global()
@Module({
  providers: [
    {
      provide: RegistryTransport,
      inject: [CONFIGURATION],
      useFactory: ({ images: { additionalTrustedCA } }: Configuration) =>
        new RegistryTransport(
          additionalTrustedCA === undefined ? {} : { caCertificates: [readFileSync(additionalTrustedCA, 'utf8')] },
        ),
    },
    {
      provide: PULL_SECRETS,
      inject: [SECRET_STORE],
      useFactory:
        (secrets: SecretStore): PullSecretsOf =>
        (namespace) =>
          pullSecrets(secrets, namespace),
    },
    { provide: IMPORT_OBSERVER, inject: [LOGGER, METRICS], useFactory: observer },
    { provide: Importer, inject: [CONFIGURATION, RegistryTransport, PULL_SECRETS], useFactory: importer },
  ],
  exports: [Importer, IMPORT_OBSERVER, PULL_SECRETS],
})
export class RegistriesModule {}

function importer(
  { images, import: settings }: Configuration,
  transport: RegistryTransport,
  pullSecretsOf: PullSecretsOf,
): Importer {
  const { insecureRegistries, blockedRegistries } = images.registrySources;
  return new Importer({
    transport,
    pullSecretsOf,
    sources: new PullSources({ mirrors: images.mirrors, insecureRegistries, blockedRegistries }),
    concurrency: settings.concurrency,
    maxTagsPerRepository: images.maxImagesBulkImportedPerRepository,
    timeoutMs: settings.timeout,
  });
}

/** Says in the log and in the metrics what imports do. */
function observer(logger: Logger, metrics: Metrics): ImportObserver {
  const imports = metrics.counter('tagline_imports_total', 'Imports by how they ended.', ['trigger', 'result']);
  const images = metrics.counter('tagline_imported_images_total', 'Images of imports, found and missing.', ['outcome']);
  const who = ({ uid, namespace, stream, trigger }: ImportIdentity) => ({ importUid: uid, namespace, stream, trigger });
  return {
    progress: (subject, progress) => logger.info({ ...who(subject), ...progress }, 'importing'),
    finished: (report) => {
      const { trigger, result, found, missing, durationMs, error } = report;
      imports.inc({ trigger, result });
      images.inc({ outcome: 'found' }, found);
      images.inc({ outcome: 'missing' }, missing);
      const said = {
        ...who(report),
        result,
        found,
        missing,
        durationMs,
        ...(error === undefined ? {} : { err: error }),
      };
      if (result === 'failed' || missing > 0) logger.warn(said, 'import ended with failures');
      else logger.info(said, 'import ended');
    },
    retrying: (stream, attempt, error) => logger.warn({ stream, attempt, err: error }, 'import failed, trying again'),
    followingFailed: (error) =>
      logger.error({ err: error }, 'following the log for imports broke off, beginning again'),
  };
}
