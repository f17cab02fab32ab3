import type { LogRecord } from './database-log.js';
import { invalidArgument } from './grpc-failure.js';
import { nameOf, protocol } from './protocol.js';

const { ReadReq } = protocol.streams;
type Options = InstanceType<typeof ReadReq.Options>;
type FilterOptions = InstanceType<typeof ReadReq.Options.FilterOptions>;

export type Bound = 'start' | 'end' | number;

/** What a reader asks for. */
export interface ReadRequest {
  /** `undefined` for everything. */
  readonly stream: string | undefined;
  readonly from: Bound;
  readonly backwards: boolean;
  /** `undefined` for a subscription. */
  readonly count: number | undefined;
  readonly filter: Filter | undefined;
}

export interface Filter {
  readonly accepts: (record: LogRecord) => boolean;
  /** After how many events, wanted or not, the reader is told how far the search has come. */
  readonly checkpointEvery: number;
}

const DEFAULT_WINDOW = 32;

export function readRequest(options: Options): ReadRequest {
  const stream = options.getStream();
  const all = options.getAll();
  if (options.getResolveLinks()) throw invalidArgument('the double resolves no links');
  const filter = options.getFilter();
  const rest = {
    backwards: options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS,
    count: options.hasCount() ? Number(options.getCount()) : undefined,
    filter: filter === undefined ? undefined : filterOf(filter),
  };
  if (stream !== undefined) {
    const from = stream.hasRevision() ? Number(stream.getRevision()) : stream.hasEnd() ? 'end' : 'start';
    return { stream: nameOf(stream.getStreamIdentifier()), from, ...rest };
  }
  const position = all?.getPosition();
  const from = position !== undefined ? Number(position.getCommitPosition()) : all?.hasEnd() ? 'end' : 'start';
  return { stream: undefined, from, ...rest };
}

function filterOf(options: FilterOptions): Filter {
  const byStream = options.getStreamIdentifier();
  const expression = byStream ?? options.getEventType();
  if (expression === undefined) throw invalidArgument('a filter needs an expression');
  const prefixes = expression.getPrefixList();
  const pattern = new RegExp(expression.getRegex() || '^');
  const matches = (text: string): boolean =>
    prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : pattern.test(text);
  const window = options.hasMax() ? options.getMax() : DEFAULT_WINDOW;
  return {
    accepts: ({ stream, type }) => matches(byStream === undefined ? type : stream),
    checkpointEvery: window * options.getCheckpointintervalmultiplier(),
  };
}
