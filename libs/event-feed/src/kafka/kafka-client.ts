import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { KafkaConfiguration } from '#lib/config';

/** Told of what the client has to say of its connections. */
export type KafkaLog = (level: 'error' | 'warn', message: string) => void;

/**
 * A client of the configured cluster. Nothing is asked of the brokers yet.
 *
 * The client waits before it tries again, and brokers ask for another try after nearly every transaction: the wait that it
 * begins with is the time that two transactions are apart.
 */
export function kafkaClient(
  { brokers, topicPrefix, tls, sasl }: Pick<KafkaConfiguration, 'brokers' | 'topicPrefix' | 'tls' | 'sasl'>,
  log: KafkaLog = () => undefined,
): Kafka {
  const credentials = saslOf(sasl);
  return new Kafka({
    clientId: topicPrefix,
    brokers: [...brokers],
    ...(tls.enabled && { ssl: sslOf(tls) }),
    ...(credentials && { sasl: credentials }),
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 10, maxRetryTime: 1_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log: entry }) =>
        log(level === logLevel.ERROR ? 'error' : 'warn', said(entry)),
  });
}

function sslOf({ caFile, certFile, keyFile }: KafkaConfiguration['tls']): NonNullable<KafkaConfig['ssl']> {
  return {
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certFile !== undefined && { cert: readFileSync(certFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
  };
}

function saslOf({ mechanism, username, passwordFile }: KafkaConfiguration['sasl']): SASLOptions | undefined {
  if (mechanism === undefined || username === undefined || passwordFile === undefined) return undefined;
  const password = readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '');
  return { mechanism, username, password };
}

function said({ message, ...fields }: { readonly message: string; readonly [name: string]: unknown }): string {
  const { error, topic, broker, groupId } = fields;
  const details = Object.entries({ error, topic, broker, groupId }).filter(([, value]) => typeof value === 'string');
  return [message, ...details.map(([name, value]) => `${name} ${String(value)}`)].join(', ');
}
