import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStoreDbEventStore } from '#lib/event-store';
import { streamName } from '#lib/events';
import { TestAuthority } from '#lib/testing';
import { DatabaseProcess } from '../system/harness/database-process.js';
import { eventually } from '../system/harness/eventually.js';
import { KafkaBroker } from './harness/kafka-broker.js';
import { LogWriter, tagPushed } from './harness/log.js';
import { startRelay } from './harness/relay-process.js';

const USER = { username: 'relay', password: 'a password that is in no log' };

let folder: string;
let broker: KafkaBroker;
let database: DatabaseProcess;
let store: EventStoreDbEventStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tagline-kafka-client-'));
  const authority = await TestAuthority.create();
  const tls = await authority.issue({ commonName: 'broker', usages: ['serverAuth'], addresses: ['127.0.0.1'] });
  const client = await authority.issue({ commonName: 'relay' });
  await Promise.all([
    writeFile(join(folder, 'ca.crt'), authority.cert),
    writeFile(join(folder, 'client.crt'), client.cert),
    writeFile(join(folder, 'client.key'), client.key),
    writeFile(join(folder, 'password'), `${USER.password}\n`),
    writeFile(join(folder, 'wrong'), 'another password\n'),
  ]);
  broker = await KafkaBroker.start({ security: { tls: { ca: authority.cert, ...tls }, ...USER } });
  database = await DatabaseProcess.start();
  store = EventStoreDbEventStore.open(database.connectionString);
  await new LogWriter(store).append(streamName.imageStream('team', 'app'), [tagPushed(0), tagPushed(1)]);
});
afterAll(async () => {
  await store.close();
  await database.dispose();
  await broker.dispose();
  await rm(folder, { recursive: true, force: true });
});

const settings = (mechanism: string, passwordFile = 'password'): Record<string, string> => ({
  ...database.settings,
  TAGLINE_KAFKA_BROKERS: broker.brokers.join(','),
  TAGLINE_KAFKA_TOPIC_PREFIX: `by-${mechanism}`,
  TAGLINE_KAFKA_TLS_ENABLED: 'true',
  TAGLINE_KAFKA_TLS_CA_FILE: join(folder, 'ca.crt'),
  TAGLINE_KAFKA_TLS_CERT_FILE: join(folder, 'client.crt'),
  TAGLINE_KAFKA_TLS_KEY_FILE: join(folder, 'client.key'),
  TAGLINE_KAFKA_SASL_MECHANISM: mechanism,
  TAGLINE_KAFKA_SASL_USERNAME: USER.username,
  TAGLINE_KAFKA_SASL_PASSWORD_FILE: join(folder, passwordFile),
});

describe('brokers that want to know who asks', () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'are told by certificate and password: %s',
    async (mechanism) => {
      const relay = await startRelay(settings(mechanism));
      try {
        await eventually(
          'both events to be published',
          async () => (await relay.metric('tagline_relay_published_events_total')) === 2 || undefined,
        );
        expect(await relay.stop()).toBe(0);
      } finally {
        await relay.kill();
      }
    },
  );

  it('refuse a wrong password, which the log tells of and does not tell', async () => {
    const relay = await startRelay(settings('scram-sha-512', 'wrong'));
    try {
      expect(await relay.logged('uthentication')).not.toContain('another password');
      expect(await relay.metric('tagline_relay_active')).toBe(0);
      expect(await relay.stop()).toBe(0);
    } finally {
      await relay.kill();
    }
  });
});
