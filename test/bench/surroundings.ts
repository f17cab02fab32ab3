import { PostgresServer } from '#lib/testing';
import { KafkaBroker } from '../distributed/harness/kafka-broker.js';
import { ReadModelDatabase } from './read-model-database.js';
import type { Row } from './row.js';

type Report = (row: Row) => void;

/** A broker, or a row that says why there is none. */
export async function kafkaOrSkip(operation: string, report: Report): Promise<KafkaBroker | undefined> {
  try {
    return await KafkaBroker.start();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'there is no broker';
    report({ kind: 'skipped', operation, reason });
    return undefined;
  }
}

/** A database for read models, or a row that says why there is none. */
export async function postgresOrSkip(operation: string, report: Report): Promise<ReadModelDatabase | undefined> {
  const reason = PostgresServer.missing;
  if (reason === undefined) return ReadModelDatabase.start();
  report({ kind: 'skipped', operation, reason });
  return undefined;
}

/** What was opened one after the other, to be closed in the opposite order. */
export class Opened {
  private readonly closes: (() => Promise<unknown>)[] = [];

  add<T>(opened: T, close: (opened: T) => Promise<unknown>): T {
    this.closes.push(() => close(opened));
    return opened;
  }

  async close(): Promise<void> {
    for (const close of this.closes.splice(0).reverse()) await close();
  }
}
