import { Global, Module } from '@nestjs/common';
import { IMPORT_CHANGES, IMPORT_OBSERVER, type ImportIdentity, type ImportObserver } from '#lib/import';
import { LOGGER, METRICS, type Logger, type Metrics } from '#lib/observability';
import { IMAGE_CHANGES } from './storage.module.js';

/** What imports need to know: what changes, and whom to tell what they do. */
@Global()
@Module({
  providers: [
    { provide: IMPORT_CHANGES, useExisting: IMAGE_CHANGES },
    { provide: IMPORT_OBSERVER, inject: [LOGGER, METRICS], useFactory: observer },
  ],
  exports: [IMPORT_CHANGES, IMPORT_OBSERVER],
})
export class ImportSurroundingsModule {}

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
