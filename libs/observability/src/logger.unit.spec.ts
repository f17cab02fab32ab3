import { describe, expect, it } from 'vitest';
import { createLogger, requestLogger } from './logger.js';
import type { LoggerOptions } from './logger.js';
import { NestLogger } from './nest-logger.js';

function logger(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ level: 'info', format: 'json', destination, ...options }) };
}

const entries = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the log', () => {
  it('is one JSON object a line, with the time and the name of the level', () => {
    const { lines, log } = logger();
    log.warn({ stream: 'team/app' }, 'slow');
    log.debug('not shown');
    expect(entries(lines)).toEqual([
      { level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/) as string, stream: 'team/app', msg: 'slow' },
    ]);
  });

  it('hides secrets, as headers spell them too', () => {
    const { lines, log } = logger();
    log.info({ token: 's3cret', request: { headers: { authorization: 'Bearer s3cret', Cookie: 's3cret' } } }, 'x');
    log.info({ registry: { user: 'a', password: 's3cret' }, identity: { key: 's3cret', adminToken: 's3cret' } }, 'x');
    expect(lines.join('')).not.toContain('s3cret');
    expect(entries(lines)[1]).toMatchObject({ registry: { user: 'a', password: '[hidden]' } });
  });

  it('names the request on every line of its logger', () => {
    const { lines, log } = logger();
    requestLogger(log, 'abc').info('served');
    expect(entries(lines)[0]).toMatchObject({ requestId: 'abc', msg: 'served' });
  });

  it('can be read by people', () => {
    const { lines, log } = logger({ format: 'pretty' });
    log.info({ port: 8443, host: 'localhost' }, 'listening');
    log.error({ err: new Error('broken') }, 'failed');
    expect(lines[0]).toMatch(/^\S+Z INFO {2}listening port=8443 host=localhost\n$/);
    expect(lines[1]).toMatch(/ERROR failed\nError: broken\n {4}at /);
  });

  it('takes what Nest logs', () => {
    const { lines, log } = logger({ level: 'trace' });
    const nest = new NestLogger(log);
    nest.log('started', 'NestApplication');
    nest.error('failed', 'Error: x\n at y', 'Router');
    nest.error(new Error('broken'), 'Router');
    nest.verbose({ a: 1 });
    expect(entries(lines)).toMatchObject([
      { level: 'info', context: 'NestApplication', msg: 'started' },
      { level: 'error', context: 'Router', stack: 'Error: x\n at y', msg: 'failed' },
      { level: 'error', context: 'Router', err: { message: 'broken' } },
      { level: 'trace', detail: { a: 1 } },
    ]);
  });
});
