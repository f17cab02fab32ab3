export { ConfigurationError } from './configuration-error.js';
export type { ConfigurationProblem } from './configuration-error.js';
export { Configuration, CONFIGURATION } from './configuration.js';
export { formatDuration, parseDuration } from './duration.js';
export type { Environment } from './environment.js';
export { formatListenAddress, parseListenAddress } from './listen-address.js';
export type { ListenAddress } from './listen-address.js';
export { loadConfiguration, SETTINGS } from './load-configuration.js';
export { AccessConfiguration, OidcConfiguration, RequestHeaderConfiguration } from './sections/access.js';
export { EVENT_STORE_ENGINES, EventStoreConfiguration } from './sections/event-store.js';
export { DelegateConfiguration } from './sections/delegate.js';
export { ImagesConfiguration } from './sections/images.js';
export { ImportConfiguration } from './sections/import.js';
export {
  KafkaConfiguration,
  KafkaSaslConfiguration,
  KafkaTlsConfiguration,
  SASL_MECHANISMS,
} from './sections/kafka.js';
export { LimitsConfiguration } from './sections/limits.js';
export { LOG_FORMATS, LOG_LEVELS, LogConfiguration } from './sections/log.js';
export { READ_MODEL_ENGINES, ReadModelConfiguration } from './sections/read-model.js';
export { AllowedRegistry, RegistryMirror, RegistrySources } from './sections/registries.js';
export { RelayConfiguration } from './sections/relay.js';
export { SecretsConfiguration } from './sections/secrets.js';
export { ObservabilityConfiguration, TracingConfiguration } from './sections/observability.js';
export { ServicesConfiguration } from './sections/services.js';
export { TlsConfiguration } from './sections/tls.js';
export type { SettingDescription, SettingKind } from './setting.js';
