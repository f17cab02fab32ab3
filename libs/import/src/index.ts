export { BackgroundImports, type BackgroundImportsOptions } from './background/background-imports.js';
export type { CompleteImport, FailImport, ImportCommand, RequestImport } from './commands.js';
export { importDecider, type ImportState } from './decide.js';
export { IMPORT_CHANGES, ImportModule, type ImportModuleOptions } from './import.module.js';
export { IMPORT_OBSERVER, type ImportIdentity, type ImportObserver, type ImportReport } from './import-observer.js';
export type { FoundImage, ImageOutcome, ImportedImage, ImportFindings, RepositoryOutcome } from './import-outcome.js';
export type { ImageImport, ImportRequest, ImportTrigger, RepositoryImport } from './import-request.js';
export { ImportService, type ImportServiceOptions } from './import-service.js';
export { IMPORTS, type ImportRun, type Imports, type RunOptions } from './imports.js';
export { importSettings, type ImportSettings } from './import-settings.js';
export { ImportInterruptedError } from './importer/deadline.js';
export type { FailureDetails, ImportFailure, ImportFailureReason } from './importer/import-failure.js';
export type { ImportProgress } from './importer/import-progress.js';
export { Importer, type ImporterOptions, type ImporterRun } from './importer/importer.js';
export { PULL_SECRETS, type PullSecretsOf, type PullSecretText } from './importer/pull-credentials.js';
export {
  NotifiedPushes,
  PUSHES,
  type Notifier,
  type NotifiedPushesOptions,
  type Pushes,
  type PushOutcome,
} from './notifications/notified-pushes.js';
export {
  InvalidNotificationError,
  parseNotification,
  pushesOf,
  RegistryNotification,
  type NotifiedPush,
} from './notifications/registry-notification.js';
export { ImportWorker, type ImportWorkerOptions } from './worker/import-worker.js';
export { ImportWorkerModule, type ImportWorkerModuleOptions } from './worker/import-worker.module.js';
export { IMPORT_ERRORS } from './remote/import-errors.js';
export { ImportCallsController } from './remote/import-calls.controller.js';
export { PullSecretsController } from './remote/pull-secrets.controller.js';
export { RemoteImportService, type RemoteImportOptions } from './remote/remote-import-service.js';
export { remotePullSecrets } from './remote/remote-pull-secrets.js';
export { RemotePushes } from './remote/remote-pushes.js';
