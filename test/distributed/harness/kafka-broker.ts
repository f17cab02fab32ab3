import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { exitOf, run, start } from '../../system/harness/child-process.js';

const FETCH = 'scripts/fetch-kafka.sh';
const FETCH_MS = 300_000;
const START_MS = 60_000;

/** Small and quick to start. The compiler that optimises would take longer than a test lasts to pay for itself. */
const JVM = ['-Xms64m', '-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** What a broker wants of its clients, beside a connection. */
export interface BrokerSecurity {
  /** In PEM: who signs the certificates of clients, and the certificate of the broker with its key. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly username: string;
  readonly password: string;
}

export interface KafkaBrokerOptions {
  /** Clients have a certificate, and a password by any mechanism of SASL. Otherwise anybody may do anything. */
  readonly security?: BrokerSecurity;
}

/**
 * A Kafka broker of one node: its own controller, without ZooKeeper, on ports that are free. With `KAFKA_BROKERS` set, the
 * cluster that it names is used instead; that one is neither killed nor started again.
 */
export class KafkaBroker {
  private child: ChildProcess | undefined;

  private constructor(
    readonly brokers: readonly string[],
    /** Where the tests themselves are believed without further ado. */
    private readonly inside: readonly string[],
    private readonly local: { readonly classPath: string; readonly folder: string } | undefined,
  ) {}

  static async start({ security }: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
    const given = security === undefined ? process.env['KAFKA_BROKERS'] : undefined;
    if (given !== undefined && given !== '') return new KafkaBroker(given.split(','), given.split(','), undefined);
    const classPath = `${await fetchedJars()}/*`;
    const folder = await mkdtemp(join(tmpdir(), 'tagline-kafka-'));
    const ports = { open: await freePort(), secured: await freePort(), controller: await freePort() };
    const inside = `127.0.0.1:${ports.open}`;
    const outside = security === undefined ? inside : `127.0.0.1:${ports.secured}`;
    const broker = new KafkaBroker([outside], [inside], { classPath, folder });
    const listeners = security === undefined ? openListeners(ports) : securedListeners(ports, security);
    await writeFile(join(folder, 'server.properties'), `${listeners}${settings(folder, ports)}`);
    try {
      await broker.format(security);
      await broker.restart();
      return broker;
    } catch (error) {
      // Nobody gets a broker to end.
      await broker.dispose();
      throw error;
    }
  }

  /** Whether the broker is ours to kill. */
  get isLocal(): boolean {
    return this.local !== undefined;
  }

  /** `undefined` for a broker that is not ours, and while it does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Folder of the events that the broker keeps; `undefined` where it is not ours. */
  get dataDir(): string | undefined {
    return this.local && join(this.local.folder, 'data');
  }

  /** Starts the broker on the data that it had before. Resolves when it answers. */
  async restart(): Promise<void> {
    const { classPath, folder } = this.own();
    const args = [...JVM, '-cp', classPath, 'kafka.Kafka', join(folder, 'server.properties')];
    const child = start('java', args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
    this.child = child;
    let printed = '';
    child.stderr?.on('data', (chunk: Buffer) => (printed = `${printed}${chunk.toString()}`.slice(-10_000)));
    const deadline = Date.now() + START_MS;
    while (!(await answers(this.inside))) {
      if (child.exitCode !== null) throw new Error(`the broker ended with ${child.exitCode}: ${printed}`);
      if (Date.now() > deadline) throw new Error(`the broker does not answer: ${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends the broker as a power failure would, and keeps its data. */
  async kill(): Promise<void> {
    if (this.child === undefined) return;
    this.child.kill('SIGKILL');
    await exitOf(this.child);
    this.child = undefined;
  }

  /** Ends the broker and deletes its data. */
  async dispose(): Promise<void> {
    await this.kill();
    if (this.local !== undefined) await rm(this.local.folder, { recursive: true, force: true });
  }

  private async format(security: BrokerSecurity | undefined): Promise<void> {
    const { classPath, folder } = this.own();
    const id = randomBytes(16).toString('base64url');
    const users = security === undefined ? [] : scramUsers(security);
    const args = ['format', '--standalone', `--cluster-id=${id}`, '-c', join(folder, 'server.properties'), ...users];
    const { code, stderr } = await run('java', ['-cp', classPath, 'kafka.tools.StorageTool', ...args]);
    if (code !== 0) throw new Error(`the broker's storage was not formatted: ${stderr}`);
  }

  private own(): { readonly classPath: string; readonly folder: string } {
    if (this.local === undefined) throw new Error('the broker of KAFKA_BROKERS is not ours');
    return this.local;
  }
}

async function fetchedJars(): Promise<string> {
  const { code, stdout, stderr } = await run('bash', [FETCH], { timeout: FETCH_MS });
  if (code !== 0) throw new Error(`no Kafka broker to be had: ${stderr}`);
  return stdout.trim();
}

async function answers(brokers: readonly string[]): Promise<boolean> {
  const admin = new Kafka({
    ...{ brokers: [...brokers], logLevel: logLevel.NOTHING, connectionTimeout: 1_000 },
    retry: { retries: 1, initialRetryTime: 50 },
  }).admin();
  try {
    await admin.connect();
    if ((await admin.describeCluster()).brokers.length === 0) return false;
    // The first group has a broker create the topic of their offsets, which takes a moment.
    await admin.describeGroups(['anybody']);
    return true;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** A port that nobody had a moment ago. A broker must know its port before it starts, to tell others of it. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Passwords are stored when the storage is formatted: later they could only be set by whoever has one. */
const scramUsers = ({ username, password }: BrokerSecurity): string[] =>
  ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ]);

interface Ports {
  readonly open: number;
  readonly secured: number;
  readonly controller: number;
}

const openListeners = ({ open, controller }: Ports): string => `
listeners=PLAINTEXT://127.0.0.1:${open},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${open}
`;

const securedListeners = (ports: Ports, { tls, username, password }: BrokerSecurity): string => `
listeners=PLAINTEXT://127.0.0.1:${ports.open},SECURED://127.0.0.1:${ports.secured},CONTROLLER://127.0.0.1:${ports.controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${ports.open},SECURED://127.0.0.1:${ports.secured}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL
listener.name.secured.ssl.keystore.type=PEM
listener.name.secured.ssl.keystore.key=${onOneLine(tls.key)}
listener.name.secured.ssl.keystore.certificate.chain=${onOneLine(tls.cert)}
listener.name.secured.ssl.truststore.type=PEM
listener.name.secured.ssl.truststore.certificates=${onOneLine(tls.ca)}
listener.name.secured.ssl.client.auth=required
listener.name.secured.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.secured.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";
listener.name.secured.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
`;

/** As a value of a file of properties. */
const onOneLine = (pem: string): string => pem.trim().replaceAll(/\r?\n/g, '\\n');

const settings = (folder: string, { controller }: Ports): string => `
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
log.dirs=${join(folder, 'data')}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
broker.heartbeat.interval.ms=250
broker.session.timeout.ms=1500
log.cleaner.dedupe.buffer.size=4194304
`;
