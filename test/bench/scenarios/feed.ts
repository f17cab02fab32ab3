import { randomUUID } from 'node:crypto';
import { Configuration, KafkaConfiguration } from '#lib/config';
import { KafkaSink, kafkaClient } from '#lib/event-feed';
import { Postgres } from '#lib/postgres';
import { PostgresReadModel, readModelShape } from '#lib/read-model';
import type { KafkaBroker } from '../../distributed/harness/kafka-broker.js';
import { startRelay } from '../../distributed/harness/relay-process.js';
import type { ServiceProcess } from '../../distributed/harness/service-process.js';
import { ProjectorProcess } from '../../system/harness/projector-process.js';
import { CpuMeter, type CpuSeconds, type MeteredProcess } from '../cpu-meter.js';
import { FeedConsumer, type Received } from '../feed-consumer.js';
import { LogDatabase } from '../log-database.js';
import { LogWriter, WRITTEN_STREAMS, type Written, type WrittenEvent } from '../log-writer.js';
import { sharedNow } from '../ordered-process.js';
import { percentile } from '../percentile.js';
import type { ReadModelDatabase } from '../read-model-database.js';
import type { Row } from '../row.js';
import type { Scenario, ScenarioOptions } from '../scenario.js';
import { kafkaOrSkip, Opened, postgresOrSkip } from '../surroundings.js';

const RATE = 1_000;
const WRITERS = 64;
const CATCH_UP_MS = 120_000;
/** What is left out when somebody catches up: code that is not compiled yet, connections that are made. */
const WARM_UP_SHARE = 0.1;

/**
 * What becomes of events once they are in the log: how many a second the projector brings into PostgreSQL, and the relay
 * through Kafka to a consumer, each while nobody else has anything to do; and how long either takes while events come at a
 * fixed rate.
 */
export const feed: Scenario = {
  names: ['distributed', 'feed'],
  async run(options, report) {
    const opened = new Opened();
    try {
      const broker = await kafkaOrSkip('events through Kafka', report);
      if (broker === undefined) return;
      opened.add(broker, () => broker.dispose());
      const postgres = await postgresOrSkip('events into PostgreSQL', report);
      if (postgres === undefined) return;
      opened.add(postgres, () => postgres.dispose());
      const database = opened.add(await LogDatabase.start(), (each) => each.dispose());
      await new Feed({ broker, postgres, database }, opened, report).measure(options);
    } finally {
      await opened.close();
    }
  },
};

interface Surroundings {
  readonly broker: KafkaBroker;
  readonly postgres: ReadModelDatabase;
  readonly database: LogDatabase;
}

class Feed {
  private readonly kafka: KafkaConfiguration;

  constructor(
    private readonly around: Surroundings,
    private readonly opened: Opened,
    private readonly report: (row: Row) => void,
  ) {
    this.kafka = {
      ...new KafkaConfiguration(),
      brokers: around.broker.brokers,
      topicPrefix: `bench-${randomUUID()}`,
    };
  }

  async measure({ seconds, warmUp, quick }: ScenarioOptions): Promise<void> {
    const { database, broker, postgres } = this.around;
    const { connectionString, schema } = postgres;
    const settings = { log: database.log, postgres: { connectionString, schema } };
    const writer = this.opened.add(await LogWriter.start(settings), (each) => each.stop());
    const processes: MeteredProcess[] = [
      { name: database.name, pid: database.pid },
      { name: 'who appends', pid: writer.pid },
    ];
    const before = [
      await writer.write({ do: 'write at once', writers: WRITERS, seconds: warmUp }),
      await this.measureAppends('one an append', processes, () =>
        writer.write({ do: 'write at once', writers: WRITERS, seconds }),
      ),
      await this.measureAppends('fifty an append', processes, () =>
        writer.write({ do: 'fill', events: quick ? 2_000 : 16_000 }),
      ),
    ];
    const positions = before.flatMap(({ events }) => events.map(({ position }) => position)).sort((a, b) => a - b);

    const projector = await this.measureProjector(positions);
    const { relay, consumer } = await this.measureRelay(positions.length + WRITTEN_STREAMS);
    processes.push(
      { name: 'the projector', pid: projector.pid },
      { name: 'PostgreSQL', pid: postgres.pid, isFamily: true },
      { name: 'the relay', pid: relay.pid },
      { name: 'Kafka', pid: broker.pid },
      { name: 'the consumer', pid: consumer.pid },
    );
    const warming = await writer.write({ do: 'write', rate: RATE, seconds: warmUp });
    await consumer.next(warming.events.length);
    const meter = await CpuMeter.start(processes);
    const { events } = await writer.write({ do: 'write', rate: RATE, seconds });
    const received = await consumer.next(events.length);
    this.reportLags(events, received);
    this.reportCpu(await meter.read(), events.length);
  }

  private async measureAppends(
    how: string,
    processes: readonly MeteredProcess[],
    append: () => Promise<Written>,
  ): Promise<Written> {
    const meter = await CpuMeter.start(processes);
    const written = await append();
    const perSecond = written.events.length / written.seconds;
    this.quantity(`into ${this.around.database.name}, ${how}: events a second`, perSecond);
    this.reportCpu(await meter.read(), written.events.length);
    return written;
  }

  /** @param positions - of what it has to catch up with, in order. */
  private async measureProjector(positions: readonly number[]): Promise<ProjectorProcess> {
    const { postgres: server, database } = this.around;
    const starting = ProjectorProcess.start({ ...database.settings, ...server.settings }, CATCH_UP_MS).then(
      (projector) => this.opened.add(projector, (each) => each.kill()),
    );
    const postgres = new Postgres({ connectionString: server.connectionString, schema: server.schema, poolSize: 1 });
    const shown = new PostgresReadModel({ postgres, shape: readModelShape(new Configuration().images) });
    await shown.start();
    const measured = async (): Promise<void> => {
      await shown.catchUp(positions[Math.floor(positions.length * WARM_UP_SHARE)] ?? 0);
      const [from, begun] = [shown.position, sharedNow()];
      await shown.catchUp(positions.at(-1) ?? 0);
      const seconds = (sharedNow() - begun) / 1_000;
      const events = positions.filter((position) => position > from).length;
      this.quantity(`through the projector into PostgreSQL, of ${positions.length}: events a second`, events / seconds);
    };
    const [projector] = await Promise.all([starting, measured()]);
    await shown.stop();
    await postgres.close();
    return projector;
  }

  /** @param events - that it has to catch up with. */
  private async measureRelay(
    events: number,
  ): Promise<{ readonly relay: ServiceProcess; readonly consumer: FeedConsumer }> {
    const { brokers, topicPrefix } = this.kafka;
    // The topics are there before the consumer is, and as the relay makes them.
    const sink = new KafkaSink(kafkaClient(this.kafka), this.kafka);
    await sink.takeOver();
    await sink.release();
    const consumer = this.opened.add(await FeedConsumer.start({ brokers, topicPrefix }), (each) => each.stop());
    const relay = await startRelay({
      ...this.around.database.settings,
      TAGLINE_KAFKA_BROKERS: brokers.join(','),
      TAGLINE_KAFKA_TOPIC_PREFIX: topicPrefix,
    });
    this.opened.add(relay, (each) => each.kill());
    const times = (await consumer.next(events)).map(([, at]) => at);
    const warm = Math.floor(events * WARM_UP_SHARE);
    const seconds = ((times.at(-1) ?? 0) - (times[warm] ?? 0)) / 1_000;
    this.quantity(
      `through the relay and Kafka to a consumer, of ${events}: events a second`,
      (events - warm) / seconds,
    );
    return { relay, consumer };
  }

  private reportLags(events: readonly WrittenEvent[], received: readonly Received[]): void {
    const receivedAt = new Map(received);
    const first = events[0]?.begunAt ?? 0;
    const last = events.at(-1)?.begunAt ?? 0;
    this.quantity(`at ${RATE} events a second: events a second`, (events.length / (last - first)) * 1_000);
    this.percentiles(
      'from a command to its answer',
      events.map(({ begunAt, answeredAt }) => answeredAt - begunAt),
    );
    // Whoever is told before the writer is has not waited at all.
    this.percentiles(
      'from the answer to a consumer of Kafka',
      events.map(({ position, answeredAt }) => Math.max(0, (receivedAt.get(position) ?? Infinity) - answeredAt)),
    );
    this.percentiles(
      'from the answer to the read model in PostgreSQL',
      events.map(({ answeredAt, shownAt = Infinity }) => Math.max(0, shownAt - answeredAt)),
    );
  }

  private percentiles(what: string, times: readonly number[]): void {
    this.quantity(`… ${what}, p50`, percentile(times, 0.5), 'ms');
    this.quantity('… p99', percentile(times, 0.99), 'ms');
    this.quantity('… longest', Math.max(...times), 'ms');
  }

  private reportCpu(cpu: CpuSeconds, events: number): void {
    for (const [name, seconds] of cpu) {
      this.quantity(`… CPU for 1,000 events: ${name}`, (seconds / events) * 1_000_000, 'ms');
    }
  }

  private quantity(operation: string, value: number, unit: 'ms' | '' = ''): void {
    this.report({ kind: 'quantity', operation, value, unit });
  }
}
