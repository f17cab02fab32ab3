import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KafkaConfiguration } from '#lib/config';
import { kafkaClient, readEventMessage } from '#lib/event-feed';
import { KafkaBroker } from '../../distributed/harness/kafka-broker.js';
import { TopicReader } from '../../distributed/harness/topic-reader.js';
import { percentile } from '../percentile.js';
import { cpuSeconds } from '../process-usage.js';
import type { Order } from '../relay-main.js';
import type { Row } from '../row.js';
import type { Scenario, ScenarioOptions } from '../scenario.js';

const MAIN = fileURLToPath(new URL('../relay-main.js', import.meta.url));
const RATE = 1_000;
const ARRIVE_MS = 120_000;

/**
 * The relay from an embedded log to a consumer that reads what is committed: how fast it catches up, and how old events are
 * when the consumer gets them at a fixed rate. Age counts from before the append, so the sync to disk is part of it.
 */
export const relay: Scenario = {
  names: ['relay'],
  async run(options, report) {
    const broker = await KafkaBroker.start().catch((error: unknown) => {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'there is no broker';
      report({ kind: 'skipped', operation: 'relay to Kafka', reason });
    });
    if (broker === undefined) return;
    const topicPrefix = `bench-${randomUUID()}`;
    const relaying = fork(MAIN, [broker.brokers.join(','), topicPrefix]);
    try {
      await once(relaying, 'message');
      await measure(options, report, { ...new KafkaConfiguration(), brokers: broker.brokers, topicPrefix }, relaying);
    } finally {
      const exited = once(relaying, 'exit');
      relaying.send({ do: 'stop' } satisfies Order);
      await exited;
      await broker.dispose();
    }
  },
};

async function measure(
  { seconds, warmUp, quick }: ScenarioOptions,
  report: (row: Row) => void,
  kafka: KafkaConfiguration,
  relaying: ChildProcess,
): Promise<void> {
  const quantity = (operation: string, value: number, unit: 'ms' | ''): void =>
    report({ kind: 'quantity', operation, value, unit });
  const pid = relaying.pid ?? 0;
  const backlog = quick ? 5_000 : 50_000;
  await order(relaying, { do: 'write', events: backlog });
  const cpuAtStart = await cpuSeconds(pid);
  const started = performance.now();
  await order(relaying, { do: 'relay' });
  const ages: number[] = [];
  const topics = [`${kafka.topicPrefix}.image-streams`];
  const reader = await TopicReader.start(kafkaClient(kafka), topics, ({ message }) =>
    ages.push(Date.now() - Date.parse(readEventMessage(message).time)),
  );
  try {
    const perThousand = (cpu: number, events: number): number => (cpu / events) * 1_000_000;
    await reader.have(backlog, ARRIVE_MS);
    const perSecond = backlog / ((performance.now() - started) / 1_000);
    quantity(`relay: events a second to a consumer, from its start through ${backlog}`, perSecond, '');
    quantity('… CPU for 1,000 events', perThousand((await cpuSeconds(pid)) - cpuAtStart, backlog), 'ms');

    await order(relaying, { do: 'keep writing', rate: RATE, seconds: warmUp });
    await reader.have(backlog + warmUp * RATE, ARRIVE_MS);
    ages.length = 0;
    const cpuBefore = await cpuSeconds(pid);
    await order(relaying, { do: 'keep writing', rate: RATE, seconds });
    await reader.have(backlog + (warmUp + seconds) * RATE, ARRIVE_MS);
    const cpu = (await cpuSeconds(pid)) - cpuBefore;
    quantity(`relay at ${RATE} events a second: p50 of their age at the consumer`, percentile(ages, 0.5), 'ms');
    quantity('… p99', percentile(ages, 0.99), 'ms');
    quantity('… CPU for 1,000 events, with the writing of them', perThousand(cpu, seconds * RATE), 'ms');
  } finally {
    await reader.stop();
  }
}

async function order(relaying: ChildProcess, what: Order): Promise<void> {
  const done = once(relaying, 'message');
  relaying.send(what);
  await done;
}
