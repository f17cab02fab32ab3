import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 5_000;

/**
 * Reads what is left of a body and forgets it, up to a bound. A client that writes before it reads would otherwise find
 * its connection broken, and never see the answer that says why.
 */
export function discardBody(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) done();
    };
    const done = (): void => {
      clearTimeout(timer);
      for (const event of ['end', 'close', 'error']) request.off(event, done);
      request.off('data', onData);
      resolve();
    };
    const timer = setTimeout(done, MAX_MS);
    for (const event of ['end', 'close', 'error']) request.on(event, done);
    request.on('data', onData);
    request.resume();
  });
}
