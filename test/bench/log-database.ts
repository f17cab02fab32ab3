import { randomBytes } from 'node:crypto';
import { DatabaseProcess } from '../system/harness/database-process.js';

/** Where a log is in an EventStoreDB. */
export interface LogSettings {
  readonly connectionString: string;
  readonly streamPrefix: string;
}

/**
 * The EventStoreDB that is measured: the one that `ESDB_CONNECTION_STRING` names, under a prefix of its own, or else a
 * process of the double. The double is for tests and sets a pace of its own: it syncs every append by itself, and does
 * everything in one thread.
 */
export class LogDatabase {
  private constructor(
    private readonly own: DatabaseProcess | undefined,
    readonly log: LogSettings,
  ) {}

  static async start(): Promise<LogDatabase> {
    const streamPrefix = `bench_${randomBytes(6).toString('hex')}.`;
    const given = process.env['ESDB_CONNECTION_STRING'];
    if (given !== undefined && given !== '') {
      return new LogDatabase(undefined, { connectionString: given, streamPrefix });
    }
    const own = await DatabaseProcess.start();
    return new LogDatabase(own, { connectionString: own.connectionString, streamPrefix });
  }

  /** What it is, for the report. */
  get name(): string {
    return this.own === undefined ? 'EventStoreDB' : 'the double of EventStoreDB';
  }

  /** `undefined` for a database that somebody else runs. */
  get pid(): number | undefined {
    return this.own?.pid;
  }

  /** Settings of a process that keeps its log here. */
  get settings(): Readonly<Record<string, string>> {
    return {
      TAGLINE_EVENT_STORE_ENGINE: 'eventstoredb',
      TAGLINE_EVENT_STORE_CONNECTION_STRING: this.log.connectionString,
      TAGLINE_EVENT_STORE_STREAM_PREFIX: this.log.streamPrefix,
    };
  }

  async dispose(): Promise<void> {
    await this.own?.dispose();
  }
}
