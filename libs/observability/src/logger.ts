import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { PrettyLines } from './pretty-lines.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** `json` is one object a line, `pretty` is for people. */
  readonly format: 'json' | 'pretty';
  /** Standard output unless given. */
  readonly destination?: DestinationStream;
}

/** Keys whose values are secrets, wherever a log entry or an object in it has them. */
const SECRET_KEYS = [
  'authorization',
  'token',
  'adminToken',
  'password',
  'secret',
  'auth',
  'identitytoken',
  'cookie',
  'key',
];

/** Injection token of the {@link Logger} of the process. */
export const LOGGER = Symbol('Logger');

/**
 * The logger of the process: times as RFC 3339, levels by name, secrets blanked.
 *
 * Blanking is the second line of defence, three levels deep. The first is not to log requests and configuration whole.
 */
export function createLogger({ level, format, destination }: LoggerOptions): Logger {
  const target = destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => spellings(key).flatMap(atEveryDepth)), censor: '[hidden]' },
    },
    format === 'json' ? target : new PrettyLines(target),
  );
}

/** The logger of one request: every line of it can be found by the id. */
export const requestLogger = (logger: Logger, requestId: string): Logger => logger.child({ requestId });

const spellings = (key: string): readonly string[] => [key, `${key.charAt(0).toUpperCase()}${key.slice(1)}`];

const atEveryDepth = (key: string): readonly string[] => [key, `*.${key}`, `*.*.${key}`];
