/** The import was stopped before it had come to its end: nothing of it may be written. */
export class ImportInterruptedError extends Error {
  constructor() {
    super('the import was interrupted');
    this.name = 'ImportInterruptedError';
  }
}

/**
 * Works under a time limit. When it is over, the work's signal aborts, and what has not been fetched by then has failed;
 * the work itself goes on to its end with what it has.
 *
 * @throws ImportInterruptedError when the caller's own signal aborts: who asked has gone, or the process stops.
 */
export async function withDeadline<T>(
  milliseconds: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (caller?.aborted) throw new ImportInterruptedError();
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException('the time is up', 'TimeoutError')), milliseconds);
  const onAbort = (): void => controller.abort(new ImportInterruptedError());
  caller?.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await work(controller.signal);
    if (caller?.aborted) throw new ImportInterruptedError();
    return result;
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', onAbort);
  }
}
