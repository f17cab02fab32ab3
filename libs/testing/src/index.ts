export { given } from './decider-specification.js';
export type { ExpectedRefusal, Given, When } from './decider-specification.js';
export type { DatabaseCall, DatabaseFault } from './eventstoredb-double/database-faults.js';
export { EventStoreDbDouble, type EventStoreDbDoubleOptions } from './eventstoredb-double/eventstoredb-double.js';
export type { Fault, FaultOptions } from './in-process-registry/faults.js';
export type {
  BuiltImage,
  BuiltIndex,
  ImageDescription,
  IndexDescription,
} from './in-process-registry/image-builder.js';
export {
  InProcessRegistry,
  type InProcessRegistryOptions,
  type SeenRequest,
} from './in-process-registry/in-process-registry.js';
export type { RegistryAuth } from './in-process-registry/registry-access.js';
export type { RequestKind } from './in-process-registry/registry-routes.js';
export { InProcessIssuer, type IssuerFault, type TokenOptions } from './in-process-issuer.js';
export {
  InProcessKubeApi,
  type AggregatedServer,
  type AskedAccess,
  type KnownUser,
  type KubeApiFault,
  type SeenQuestion,
} from './in-process-kube-api.js';
export { TestAuthority, type IssuedTo } from './test-authority.js';
export { selfSignedCertificate, type TestCertificate } from './test-certificate.js';
export { PostgresServer, type PostgresServerOptions } from './postgres-server/postgres-server.js';
export { ServiceOverLoopback, type ServedOverLoopback } from './service-over-loopback.js';
