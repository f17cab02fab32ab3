export { preferredChallenge, type Challenge } from './client/authentication/challenge.js';
export type { RetryPolicy } from './client/retry.js';
export {
  RegistryClient,
  type ManifestHead,
  type RegistryClientOptions,
  type RegistryLimits,
  type RemoteManifest,
  type RequestOptions,
} from './client/registry-client.js';
export {
  RegistryTransport,
  type RegistryTransportOptions,
  type TransportTimeouts,
} from './client/registry-transport.js';
export { remoteRepository, type RemoteRepository } from './client/remote-repository.js';
export {
  anonymous,
  firstOf,
  type Credentials,
  type CredentialSource,
  type CredentialTarget,
} from './credentials/credential-source.js';
export {
  InvalidDockerConfigError,
  parseDockerConfig,
  type DockerConfigEntry,
  type DockerConfigFormat,
} from './credentials/docker-config.js';
export { Keyring } from './credentials/keyring.js';
export { FetchCache } from './import/fetch-cache.js';
export type { FetchedImage, ImportMode, PlatformChoice, SourceAttempt } from './import/fetched-image.js';
export { ImageFetcher, type FetchOptions, type ImageFetcherOptions } from './import/image-fetcher.js';
export { choosePlatform, serverPlatform, type PlatformPreference } from './import/platform-choice.js';
export { FetchedRepository, type FetchedTag, type RepositoryFetchOptions } from './import/repository-fetch.js';
export type {
  Descriptor,
  ImageManifest,
  IndexEntry,
  Manifest,
  ManifestIndex,
  Platform,
  Schema1Manifest,
} from './manifests/manifest.js';
export { parseManifest } from './manifests/manifest-parser.js';
export { isManifestMediaType, MANIFEST_ACCEPT, MediaType, type ManifestMediaType } from './manifests/media-types.js';
export {
  InvalidDigestError,
  isDigest,
  matchesDigestPrefix,
  parseDigest,
  sha256Digest,
  type Digest,
} from './references/digest.js';
export { InvalidReferenceError, isTag } from './references/reference-grammar.js';
export {
  asRepository,
  clientDefaults,
  daemonMinimal,
  exact,
  formatReference,
  hostAndPort,
  isDockerHub,
  mostSpecific,
  parseReference,
  registryUrl,
  repositoryName,
  sameReference,
  type DockerReference,
} from './references/reference.js';
export { byTagPriority } from './references/tag-priority.js';
export { RegistryError, type RegistryErrorCode, type RegistryErrorDetails } from './registry-error.js';
export { AllowList, InvalidAllowListError, type AllowedRegistry, type Transport } from './rules/allow-list.js';
export type { EgressConfiguration } from './rules/egress-rules.js';
export { PullSources, type MirrorRule, type PullSource, type PullSourceConfiguration } from './rules/pull-sources.js';
export { InvalidScopeError } from './rules/registry-scope.js';
