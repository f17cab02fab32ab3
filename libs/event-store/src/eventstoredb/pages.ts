import { StreamNotFoundError, type ResolvedEvent } from '@eventstore/db-client';
import type { Readable } from 'node:stream';
import { closed, type Patience } from './patience.js';

/** How many events one call asks for. */
export const PAGE = 512;

interface Read extends Readable {
  cancel(): Promise<void>;
}

/** Everything that one bounded read gives. A stream that is not there gives nothing. */
export async function pageOf<E extends ResolvedEvent>(read: Read, { signal, callMs }: Patience): Promise<E[]> {
  const events: E[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no event within ${callMs} ms`)), callMs);
      const onAbort = (): void => reject(closed());
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        done();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      read.on('data', (event: E) => {
        timer.refresh();
        events.push(event);
      });
      read.once('end', () => settle(resolve));
      // Stays: what is cancelled may still fail, and nobody else listens.
      read.on('error', (error) => settle(() => reject(error)));
    });
    return events;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw error;
  } finally {
    end(read, () => read.cancel());
  }
}

/** The client lets a call go on for which nobody reads any more. */
export function end(stream: Readable, cancel: () => Promise<void>): void {
  if (!stream.readableEnded) cancel().catch(() => undefined);
  stream.destroy();
}
