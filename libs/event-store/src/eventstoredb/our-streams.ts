import { AGGREGATES, type StreamName } from '#lib/events';

/**
 * Which streams of the database are ours: those of each kind of aggregate, after a prefix where several users share a
 * database. Everything else in it is left alone.
 */
export class OurStreams {
  /** What the names of our streams begin with. */
  readonly prefixes: readonly string[];

  constructor(private readonly prefix = '') {
    this.prefixes = AGGREGATES.map((aggregate) => `${prefix}${aggregate}-`);
  }

  inDatabase(stream: StreamName): string {
    return `${this.prefix}${stream}`;
  }

  /** Our name for a stream of the database; `undefined` when it is not ours. */
  ours(name: string): StreamName | undefined {
    return this.prefixes.some((each) => name.startsWith(each))
      ? (name.slice(this.prefix.length) as StreamName)
      : undefined;
  }
}
