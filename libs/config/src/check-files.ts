import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import type { ConfigurationProblem } from './configuration-error.js';
import type { Configuration } from './configuration.js';
import type { EventStoreConfiguration } from './sections/event-store.js';
import type { KafkaConfiguration } from './sections/kafka.js';
import type { ReadModelConfiguration } from './sections/read-model.js';

/** Files that the configuration names must be there at the start, rather than be missed when they are first needed. */
export function checkFiles(configuration: Configuration): readonly ConfigurationProblem[] {
  const { eventStore, readModel, secrets, tls, access, images, kafka, services } = configuration;
  const problems = [...eventStoreProblems(eventStore), ...readModelProblems(readModel), ...kafkaProblems(kafka)];
  if ((readModel.engine === 'postgres') !== (secrets.keyFile !== undefined)) {
    const message =
      readModel.engine === 'postgres'
        ? 'must be set, because readModel.engine is postgres, which keeps the secrets, too'
        : 'is of no use unless readModel.engine is postgres';
    problems.push({ where: 'secrets.keyFile', message });
  }
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const missing = tls.certFile === undefined ? 'certFile' : 'keyFile';
    problems.push({ where: `tls.${missing}`, message: 'must be set, because its counterpart is' });
  }
  if ((access.oidc.issuer === undefined) !== (access.oidc.audience === undefined)) {
    const missing = access.oidc.issuer === undefined ? 'issuer' : 'audience';
    problems.push({ where: `access.oidc.${missing}`, message: 'must be set, because its counterpart is' });
  }
  const { rbacDirectory, delegate, requestHeader } = access;
  if (requestHeader.caFile !== undefined && requestHeader.caFile === access.clientCaFile) {
    if (requestHeader.allowedNames.length === 0) {
      const message = 'must be set, because otherwise every user with a client certificate could speak for any other';
      problems.push({ where: 'access.requestHeader.allowedNames', message });
    }
  }
  const isDelegated = delegate.kubeconfig !== undefined || delegate.inCluster;
  if (delegate.kubeconfig !== undefined && delegate.inCluster) {
    problems.push({ where: 'access.delegate.inCluster', message: 'must not be set together with kubeconfig' });
  }
  if (delegate.aggregated && !isDelegated) {
    problems.push({ where: 'access.delegate.aggregated', message: 'needs kubeconfig or inCluster' });
  }
  if (rbacDirectory !== undefined && isDelegated) {
    const message = 'must not be set together with access.delegate, which decides in its place';
    problems.push({ where: 'access.rbacDirectory', message });
  }
  if (rbacDirectory !== undefined && !isFolder(rbacDirectory)) {
    problems.push({ where: 'access.rbacDirectory', message: 'must be a folder that can be read' });
  }
  const files = {
    'eventStore.connectionStringFile': eventStore.connectionStringFile,
    'readModel.connectionStringFile': readModel.connectionStringFile,
    'secrets.keyFile': secrets.keyFile,
    'tls.certFile': tls.certFile,
    'tls.keyFile': tls.keyFile,
    'access.tokenFile': access.tokenFile,
    'access.clientCaFile': access.clientCaFile,
    'access.requestHeader.caFile': access.requestHeader.caFile,
    'access.oidc.caFile': access.oidc.caFile,
    'access.delegate.kubeconfig': delegate.kubeconfig,
    'images.additionalTrustedCA': images.additionalTrustedCA,
    'kafka.tls.caFile': kafka.tls.caFile,
    'kafka.tls.certFile': kafka.tls.certFile,
    'kafka.tls.keyFile': kafka.tls.keyFile,
    'kafka.sasl.passwordFile': kafka.sasl.passwordFile,
    'services.caFile': services.caFile,
    'services.certFile': services.certFile,
    'services.keyFile': services.keyFile,
  };
  for (const [where, path] of Object.entries(files)) {
    const why = path === undefined ? undefined : unreadable(path);
    if (why !== undefined) problems.push({ where, message: `must be a file that can be read: ${why}` });
  }
  return problems;
}

/** A database that is named and not used, or used and not named, would be noticed when the log is somewhere else. */
function eventStoreProblems(eventStore: EventStoreConfiguration): readonly ConfigurationProblem[] {
  const { engine, connectionString, connectionStringFile } = eventStore;
  if (engine === 'embedded') {
    const useless = (['connectionString', 'connectionStringFile', 'streamPrefix'] as const).filter(
      (name) => eventStore[name] !== undefined,
    );
    return useless.map((name) => ({
      where: `eventStore.${name}`,
      message: 'is of no use unless eventStore.engine is eventstoredb',
    }));
  }
  if ((connectionString === undefined) !== (connectionStringFile === undefined)) return [];
  const message =
    connectionString === undefined
      ? 'or eventStore.connectionStringFile must be set, because eventStore.engine is eventstoredb'
      : 'and eventStore.connectionStringFile must not both be set';
  return [{ where: 'eventStore.connectionString', message }];
}

/** As with the event store. */
function readModelProblems(readModel: ReadModelConfiguration): readonly ConfigurationProblem[] {
  const { engine, connectionString, connectionStringFile } = readModel;
  if (engine === 'embedded') {
    const useless = (['connectionString', 'connectionStringFile'] as const).filter(
      (name) => readModel[name] !== undefined,
    );
    return useless.map((name) => ({
      where: `readModel.${name}`,
      message: 'is of no use unless readModel.engine is postgres',
    }));
  }
  if ((connectionString === undefined) !== (connectionStringFile === undefined)) return [];
  const message =
    connectionString === undefined
      ? 'or readModel.connectionStringFile must be set, because readModel.engine is postgres'
      : 'and readModel.connectionStringFile must not both be set';
  return [{ where: 'readModel.connectionString', message }];
}

function kafkaProblems({ tls, sasl }: KafkaConfiguration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const missing = tls.certFile === undefined ? 'certFile' : 'keyFile';
    problems.push({ where: `kafka.tls.${missing}`, message: 'must be set, because its counterpart is' });
  }
  for (const needed of ['username', 'passwordFile'] as const) {
    if (sasl.mechanism === undefined || sasl[needed] !== undefined) continue;
    problems.push({ where: `kafka.sasl.${needed}`, message: 'must be set, because kafka.sasl.mechanism is' });
  }
  return problems;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function unreadable(path: string): string | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      return fstatSync(file).isFile() ? undefined : 'it is no file';
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  }
}
