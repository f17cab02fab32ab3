import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaConfiguration } from '#lib/config';
import { KafkaSink, kafkaClient, Relay } from '#lib/event-feed';
import { EmbeddedEventStore } from '#lib/event-store';
import { LogWriter, streams, tagPushed } from '../distributed/harness/log.js';

/**
 * A log with its relay, as they are in the one-process server, and somebody who writes to it. Does what its parent says:
 * `write` so many events, `relay` them, `keep writing` so many a second for some seconds.
 */
export type Order =
  | { readonly do: 'write'; readonly events: number }
  | { readonly do: 'relay' }
  | { readonly do: 'keep writing'; readonly rate: number; readonly seconds: number }
  | { readonly do: 'stop' };

const STREAMS = 1_000;
const COMMAND = 10;
const TICK_MS = 5;

const [brokers = '', topicPrefix = randomUUID()] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'tagline-bench-'));
const store = EmbeddedEventStore.open(join(folder, 'events.lmdb'));
const kafka = { ...new KafkaConfiguration(), brokers: brokers.split(','), topicPrefix };
const relay = new Relay({ store, sink: new KafkaSink(kafkaClient(kafka), kafka) });
const writer = new LogWriter(store);
const names = streams(STREAMS);

process.on('message', (order: Order) => {
  follow(order).then(
    () => process.send?.('done'),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');

async function follow(order: Order): Promise<void> {
  switch (order.do) {
    case 'write': {
      const commands = order.events / COMMAND;
      const events = (): ReturnType<typeof tagPushed>[] => Array.from({ length: COMMAND }, (_, tag) => tagPushed(tag));
      await Promise.all(Array.from({ length: commands }, (_, index) => append(index, events())));
      return;
    }
    case 'relay':
      relay.start();
      while (!relay.isActive) await sleep(TICK_MS);
      return;
    case 'keep writing':
      return keepWriting(order.rate, order.seconds);
    case 'stop':
      await relay.stop();
      await store.close();
      await rm(folder, { recursive: true, force: true });
      process.exit(0);
  }
}

async function keepWriting(rate: number, seconds: number): Promise<void> {
  const started = performance.now();
  const appends: Promise<unknown>[] = [];
  for (let written = 0; written < rate * seconds;) {
    const due = Math.min(rate * seconds, ((performance.now() - started) / 1_000) * rate);
    for (; written < due; written++) appends.push(append(written, [tagPushed(written)]));
    await sleep(TICK_MS);
  }
  await Promise.all(appends);
}

function append(index: number, events: ReturnType<typeof tagPushed>[]): Promise<unknown> {
  const stream = names[index % names.length];
  return stream === undefined ? Promise.resolve() : writer.append(stream, events);
}
