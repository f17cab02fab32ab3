import { EventStoreError } from '../event-store.js';
import { lastingFailure, reasonOf } from './failures.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** Told of every failure after which something is tried again. */
export type OnDisturbance = (why: string) => void;

export interface Patience {
  /** How long to go on trying; counted anew whenever something worked. */
  readonly forMs: number;
  /** How long to wait for the answer to one call, or for the next event of it: the client does not always end it. */
  readonly callMs: number;
  /** Ends the trying. */
  readonly signal: AbortSignal;
  readonly onDisturbance?: OnDisturbance | undefined;
}

/** Tries again with pauses that grow, and are not the same for everybody who lost the same server. */
export class Retries {
  private failures = 0;
  private since: number | undefined;

  constructor(private readonly patience: Patience) {}

  worked(): void {
    this.failures = 0;
    this.since = undefined;
  }

  /**
   * Waits until it is time to try again.
   *
   * @throws EventStoreError when that will not help, or was tried for long enough.
   */
  async failed(error: unknown): Promise<void> {
    const { forMs, signal, onDisturbance } = this.patience;
    const lasting = lastingFailure(error);
    if (lasting !== undefined) throw lasting;
    if (signal.aborted) throw closed();
    const now = performance.now();
    this.since ??= now;
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.failures++, 10));
    const pause = longest * (0.5 + Math.random() / 2);
    if (now + pause - this.since > forMs) throw unavailable(error);
    onDisturbance?.(reasonOf(error));
    await sleep(pause, signal);
    if (signal.aborted) throw closed();
  }
}

/** @throws EventStoreError when it does not work for as long as the patience lasts. */
export async function retrying<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  const retries = new Retries(patience);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await retries.failed(error);
    }
  }
}

/** Gives up waiting after a time: the client does not hold every call to its deadline. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

export const closed = (): Error => new Error('the event store is closed');

const unavailable = (error: unknown): EventStoreError =>
  error instanceof EventStoreError
    ? error
    : new EventStoreError('unavailable', `the event store cannot be reached: ${reasonOf(error)}`);

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}
