import { readFileSync } from 'node:fs';
import type { Configuration } from '#lib/config';
import type { ImportMode } from '#lib/events';
import { PullSources, type RegistryTransportOptions } from '#lib/registry';
import type { ImporterOptions } from './importer/importer.js';

/** What the operator decides about imports. */
export interface ImportSettings {
  readonly transport: RegistryTransportOptions;
  readonly importer: Omit<ImporterOptions, 'transport' | 'pullSecretsOf'>;
  /** Of images and tags that do not say. */
  readonly importMode: ImportMode;
  /** Milliseconds between two imports of a stream's scheduled tags. */
  readonly scheduledImportInterval: number;
  /** 0 is no limit. */
  readonly maxScheduledImportsPerMinute: number;
  /** Whether this process imports what streams ask for by themselves, and no other does. */
  readonly inBackground: boolean;
}

/**
 * Reads the settings of imports from the configuration, and the certificates that it names.
 *
 * @throws InvalidScopeError or InvalidReferenceError for a registry or mirror that is none.
 */
export function importSettings({ images, import: limits }: Configuration): ImportSettings {
  const { mirrors, registrySources, additionalTrustedCA } = images;
  const { blockedRegistries, insecureRegistries } = registrySources;
  const caCertificates = additionalTrustedCA === undefined ? [] : [readFileSync(additionalTrustedCA, 'utf8')];
  return {
    transport: { caCertificates },
    importer: {
      sources: new PullSources({ mirrors, blockedRegistries, insecureRegistries }),
      concurrency: limits.concurrency,
      timeoutMs: limits.timeout,
      maxTagsPerRepository: images.maxImagesBulkImportedPerRepository,
    },
    importMode: images.importMode,
    scheduledImportInterval: images.scheduledImportInterval,
    maxScheduledImportsPerMinute: images.maxScheduledImportsPerMinute,
    inBackground: limits.background,
  };
}
