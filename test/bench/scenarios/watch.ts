import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection, type Endpoint } from '../http-connection.js';
import { ORIGINAL } from '../original.js';
import { percentile } from '../percentile.js';
import { collectionPath, requestBytes } from '../request.js';
import type { Scenario } from '../scenario.js';
import { ServerProcess } from '../server-process.js';
import { createStreams, pushHistories, streamAt } from '../streams.js';
import { Watcher } from '../watcher.js';

const NAMESPACE = 'bench';
const STREAMS = 50;
const WATCHERS = 200;
const CHANGES_PER_SECOND = 50;
/** Time that the last changes get to arrive. */
const ARRIVE_MS = 2_000;

/**
 * 200 watchers of the streams of a namespace, 50 changes a second. A delivery counts from the moment at which the change
 * is sent, so the write is part of it.
 */
export const watch: Scenario = {
  names: ['watch'],
  async run({ seconds, warmUp, quick }, report) {
    const server = await ServerProcess.startEmpty();
    const watchers: Watcher[] = [];
    try {
      await server.createNamespace(NAMESPACE);
      await createStreams(server, NAMESPACE, 0, STREAMS);
      await pushHistories(server, NAMESPACE, 0, STREAMS, { tags: 5, moves: 3, images: 750 });
      const count = quick ? 20 : WATCHERS;
      const path = collectionPath('imagestreams', NAMESPACE);
      const warmUpChanges = Math.round(warmUp * CHANGES_PER_SECOND);
      const changes = Math.round(seconds * CHANGES_PER_SECOND);
      const sentAt = new Float64Array(warmUpChanges + changes);
      for (let index = 0; index < count; index++) {
        watchers.push(
          await Watcher.open(
            server.endpoint,
            `${path}?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
            sentAt,
          ),
        );
      }
      await change(server.endpoint, path, sentAt, 0, warmUpChanges);
      const cpuBefore = await server.cpuSeconds();
      await change(server.endpoint, path, sentAt, warmUpChanges, changes);
      const cpu = (await server.cpuSeconds()) - cpuBefore;
      await sleep(ARRIVE_MS);
      const times = watchers.flatMap((watcher) => [...watcher.deliveries(warmUpChanges)]);
      const title = `watch by ${count}, ${CHANGES_PER_SECOND} changes a second`;
      const compare = (original: number) => (quick ? {} : { original });
      const { p50Ms, p99Ms, missed } = ORIGINAL.watch;
      const value = (share: number) => ({ value: percentile(times, share), unit: 'ms' }) as const;
      report({ kind: 'quantity', operation: `${title}: p50 of deliveries`, ...value(0.5), ...compare(p50Ms) });
      report({ kind: 'quantity', operation: '… p99 of deliveries', ...value(0.99), ...compare(p99Ms) });
      const lost = changes * count - times.length;
      report({ kind: 'quantity', operation: '… missed', value: lost, unit: '', ...compare(missed) });
      const perThousand = (cpu / times.length) * 1_000_000;
      report({ kind: 'quantity', operation: '… server CPU for 1,000 deliveries', value: perThousand, unit: 'ms' });
    } finally {
      for (const watcher of watchers) watcher.close();
      await server.stopAndDelete();
    }
  },
};

/** Sends changes at a steady pace, whether or not the ones before have been answered. */
async function change(endpoint: Endpoint, path: string, sentAt: Float64Array, from: number, count: number) {
  const connections = await Promise.all(Array.from({ length: 8 }, () => HttpConnection.open(endpoint)));
  const started = performance.now();
  const send = async (connection: HttpConnection, first: number): Promise<void> => {
    for (let number = first; number < count; number += connections.length) {
      const wait = started + (number * 1_000) / CHANGES_PER_SECOND - performance.now();
      if (wait > 0) await sleep(wait);
      const body = { metadata: { annotations: { [Watcher.ANNOTATION]: `${from + number}` } } };
      const contentType = 'application/merge-patch+json';
      const target = `${path}/${streamAt(number % STREAMS)}`;
      const request = requestBytes(endpoint, { method: 'PATCH', path: target, body, contentType });
      sentAt[from + number] = performance.now();
      const { status, raw } = await connection.send(request);
      if (status !== 200) throw new Error(`a change was answered with ${raw().toString().slice(0, 2_000)}`);
    }
  };
  await Promise.all(connections.map(send));
  for (const connection of connections) connection.close();
}
