import { parseArgs } from 'node:util';
import type { ScenarioOptions } from './scenario.js';

export interface Options extends ScenarioOptions {
  /** Names of scenarios; empty for all. */
  readonly only: readonly string[];
  /** Whether it was only asked what there is. */
  readonly help: boolean;
  /** File for the rows as JSON. */
  readonly json?: string;
}

export const USAGE = `Usage: npm run bench -- [NAME ...] [--only NAME,NAME] [--quick] [--seconds N] [--json FILE] [--help]

Measures what is named, or everything.

  --only     create, push, get (or istag, is, isimage, image), list (with memory, start and disk), watch, import,
             growth (streams of 10,000 tags and tags of 10,000 items), postgres,
             relay (to a Kafka broker, which is fetched), services (with calls),
             distributed (feed, gateways, import-workers, sizes): all parts as processes, with Kafka and PostgreSQL, and with the
             EventStoreDB that ESDB_CONNECTION_STRING names or else a double of it
  --quick    less of everything: shows that it works, not how fast it is
  --seconds  how long each load is measured; default 8
  --json     writes the rows to a file too
`;

/** @throws TypeError for what is not an option. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { only, quick, json, help } = values;
  const seconds = Number(values.seconds ?? (quick ? 1 : 8));
  if (!(seconds > 0)) throw new TypeError('--seconds is a number above 0');
  return {
    ...{ seconds, warmUp: quick ? 1 : 3, quick },
    only: [...positionals, ...only.split(',')].filter((name) => name !== ''),
    help,
    ...(json === undefined ? {} : { json }),
  };
}
