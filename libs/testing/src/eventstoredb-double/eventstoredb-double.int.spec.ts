import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  eventTypeFilter,
  jsonEvent,
  NO_STREAM,
  streamNameFilter,
  type AppendExpectedRevision,
} from '@eventstore/db-client';
import { mkdtemp, rm, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EventStoreDbDouble, type EventStoreDbDoubleOptions } from './eventstoredb-double.js';

/** The double as the database's own client sees it, which is how the real one is seen, too. */
describe.each(['batches', 'single'] as const)('the double of EventStoreDB, with %s', (features) => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(
    options: EventStoreDbDoubleOptions = {},
  ): Promise<{ double: EventStoreDbDouble; client: EventStoreDBClient }> {
    const double = await EventStoreDbDouble.start({ features, ...options });
    const client = EventStoreDBClient.connectionString(double.connectionString);
    closing.push(
      () => double.stop(),
      () => client.dispose(),
    );
    return { double, client };
  }

  const event = (n: number) => jsonEvent({ type: 'Counted', data: { n } });

  const append = (
    client: EventStoreDBClient,
    stream: string,
    count: number,
    expectedRevision: AppendExpectedRevision,
  ) =>
    client.appendToStream(
      stream,
      Array.from({ length: count }, (_, n) => event(n)),
      { expectedRevision },
    );

  it('appends at the expected revision, and says which is the current one otherwise', async () => {
    const { client } = await start();
    expect(await append(client, 's', 2, NO_STREAM)).toMatchObject({ success: true, nextExpectedRevision: 1n });
    await expect(append(client, 's', 1, NO_STREAM)).rejects.toMatchObject({ actualVersion: 1n });
    await expect(append(client, 's', 1, 7n)).rejects.toMatchObject({ expectedVersion: 7n, actualVersion: 1n });
    await expect(append(client, 'other', 1, 7n)).rejects.toMatchObject({ actualVersion: 'no_stream' });
    expect(await append(client, 's', 1, 1n)).toMatchObject({ nextExpectedRevision: 2n });
  });

  it('takes the same events for the same place once', async () => {
    const { client, double } = await start();
    const events = [event(1), event(2)];
    const first = await client.appendToStream('s', events, { expectedRevision: NO_STREAM });
    await append(client, 's', 1, 1n);
    expect(await client.appendToStream('s', events, { expectedRevision: NO_STREAM })).toMatchObject({
      position: first.position,
    });
    expect(double.log.stream('s')?.records).toHaveLength(3);
  });

  it('reads streams and the log both ways', async () => {
    const { client } = await start();
    await append(client, 's', 3, NO_STREAM);
    const read = async (events: AsyncIterable<{ event?: { data: unknown } }>): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for await (const { event } of events) seen.push((event?.data as { n?: number }).n);
      return seen;
    };
    expect(await read(client.readStream('s'))).toEqual([0, 1, 2]);
    expect(await read(client.readStream('s', { fromRevision: 1n, maxCount: 1 }))).toEqual([1]);
    expect(await read(client.readStream('s', { direction: BACKWARDS, fromRevision: END }))).toEqual([2, 1, 0]);
    expect(await read(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 2 }))).toEqual([2, 1]);
    await expect(read(client.readStream('unknown'))).rejects.toMatchObject({ type: 'stream-not-found' });
    await expect(read(client.readAll({ fromPosition: { commit: 1n, prepare: 1n } }))).rejects.toThrow(
      'invalid position',
    );
  });

  it('filters subscriptions, and says how far it has looked', async () => {
    const { client, double } = await start({ systemEventEvery: 0 });
    await append(client, 's-1', 2, NO_STREAM);
    for (let n = 0; n < 100; n++) double.log.appendOwn('noise', 'Noise');
    const checkpoints: bigint[] = [];
    const checkpointReached = (_: unknown, { commit }: { commit: bigint }): void => void checkpoints.push(commit);
    for (const filter of [
      streamNameFilter({ prefixes: ['s-', 't-'], maxSearchWindow: 10, checkpointReached }),
      eventTypeFilter({ regex: '^Counted$', maxSearchWindow: 10, checkpointReached }),
    ]) {
      const subscription = client.subscribeToAll({ filter });
      const seen: string[] = [];
      for await (const { event } of subscription) {
        seen.push(event?.streamId ?? '');
        if (seen.length === 2) await append(client, 't-1', 1, 'any');
        if (seen.length >= 3) break;
      }
      await subscription.unsubscribe();
      expect(seen.slice(0, 2)).toEqual(['s-1', 's-1']);
    }
    expect(checkpoints.length).toBeGreaterThan(5);
    expect([...checkpoints.slice(0, 5)].sort((x, y) => Number(x - y))).toEqual(checkpoints.slice(0, 5));
  });

  it('subscribes to a stream after a revision', async () => {
    const { client } = await start();
    await append(client, 's', 3, NO_STREAM);
    const subscription = client.subscribeToStream('s', { fromRevision: 0n });
    const seen: bigint[] = [];
    for await (const { event } of subscription) {
      seen.push(event?.revision ?? -1n);
      if (seen.length === 2) await append(client, 's', 1, 2n);
      if (seen.length === 3) break;
    }
    await subscription.unsubscribe();
    expect(seen).toEqual([1n, 2n, 3n]);
  });

  it('deletes streams for now, and for ever', async () => {
    const { client } = await start();
    await append(client, 's', 1, NO_STREAM);
    await client.deleteStream('s', { expectedRevision: 0n });
    await expect(client.readStream('s')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      type: 'stream-not-found',
    });
    expect(await append(client, 's', 1, NO_STREAM)).toMatchObject({ nextExpectedRevision: 1n });
    await client.tombstoneStream('s');
    await expect(append(client, 's', 1, 'any')).rejects.toMatchObject({ type: 'stream-deleted' });
  });

  it('refuses appends that are too large', async () => {
    const { client } = await start({ maxAppendBytes: 10 });
    await expect(append(client, 's', 2, NO_STREAM)).rejects.toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 10,
    });
  });

  it('has its events again when it starts on the same file, but for an append that was torn', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tagline-esdb-double-'));
    closing.push(() => rm(directory, { recursive: true }));
    const file = join(directory, 'log.jsonl');
    const { client, double } = await start({ file });
    const first = await append(client, 's', 2, NO_STREAM);
    const shown = ({ log }: EventStoreDbDouble): unknown[] =>
      log.records.map(({ data, metadata, ...rest }) => ({
        ...rest,
        texts: [data, metadata].map((bytes) => Buffer.from(bytes).toString()),
      }));
    const before = shown(double);
    await client.dispose();
    await double.stop();
    await appendFile(file, '[{"stream":"s","revi');
    const again = await start({ file });
    expect(shown(again.double)).toEqual(before);
    const next = await append(again.client, 's', 1, 1n);
    expect(next.position?.commit).toBeGreaterThan(first.position?.commit ?? 0n);
    expect(again.double.log.length).toBeGreaterThan(double.log.length);
  });
});
