import type { DestinationStream } from 'pino';

/** Writes each log entry as `time LEVEL message key=value …`, for people. */
export class PrettyLines implements DestinationStream {
  constructor(private readonly target: DestinationStream) {}

  write(line: string): void {
    this.target.write(`${pretty(line)}\n`);
  }
}

function pretty(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? err.stack : undefined;
  const parts = [text(time), text(level).toUpperCase().padEnd(5), text(msg)];
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${text(value)}`);
  return (
    [...parts, ...fields].filter((part) => part !== '').join(' ') + (stack === undefined ? '' : `\n${text(stack)}`)
  );
}

const text = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
