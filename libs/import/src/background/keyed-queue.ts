export interface KeyedQueueOptions {
  /** Keys that are worked on at the same time. */
  readonly workers: number;
  /** A key is never worked on twice at a time. Failing means that the key has to come again. */
  readonly work: (key: string, signal: AbortSignal) => Promise<void>;
  /** Milliseconds to wait after the nth failure in a row; `undefined` gives up. */
  readonly backoff: (failures: number, error: unknown, key: string) => number | undefined;
  /** Runs something later. @returns what calls it off. */
  readonly delay?: (milliseconds: number, run: () => void) => () => void;
}

/** Keys that wait for work, each once however often it is added. What is added while it is worked on comes once more. */
export class KeyedQueue {
  private readonly waiting = new Set<string>();
  private readonly running = new Map<string, { again: boolean }>();
  private readonly delayed = new Map<string, () => void>();
  private readonly failures = new Map<string, number>();
  private readonly stopping = new AbortController();
  private idlers: (() => void)[] = [];

  constructor(private readonly options: KeyedQueueOptions) {}

  add(key: string): void {
    if (this.stopping.signal.aborted) return;
    this.callOff(key);
    const running = this.running.get(key);
    if (running !== undefined) running.again = true;
    else this.waiting.add(key);
    this.pump();
  }

  /** Takes a key out, with the memory of its failures. Work on it that has begun goes on. */
  forget(key: string): void {
    this.callOff(key);
    this.waiting.delete(key);
    this.failures.delete(key);
    const running = this.running.get(key);
    if (running !== undefined) running.again = false;
    this.settle();
  }

  /** Keys that wait or are worked on, those that wait for their next try left out. */
  get size(): number {
    return this.waiting.size + this.running.size;
  }

  /** Resolves when nothing waits and nothing is worked on. */
  idle(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.idlers.push(resolve));
  }

  /** Drops what waits, aborts what is worked on and waits for its end. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.waiting.clear();
    for (const key of [...this.delayed.keys()]) this.callOff(key);
    await this.idle();
  }

  private pump(): void {
    for (const key of this.waiting) {
      if (this.running.size >= this.options.workers) return;
      this.waiting.delete(key);
      void this.run(key);
    }
  }

  private async run(key: string): Promise<void> {
    const running = { again: false };
    this.running.set(key, running);
    try {
      await this.options.work(key, this.stopping.signal);
      this.failures.delete(key);
    } catch (error) {
      if (!running.again) this.retry(key, error);
    } finally {
      this.running.delete(key);
      if (running.again && !this.stopping.signal.aborted) this.waiting.add(key);
      this.pump();
      this.settle();
    }
  }

  private retry(key: string, error: unknown): void {
    if (this.stopping.signal.aborted) return;
    const failures = (this.failures.get(key) ?? 0) + 1;
    const milliseconds = this.options.backoff(failures, error, key);
    if (milliseconds === undefined) {
      this.failures.delete(key);
      return;
    }
    this.failures.set(key, failures);
    const { delay = later } = this.options;
    this.delayed.set(
      key,
      delay(milliseconds, () => this.add(key)),
    );
  }

  private callOff(key: string): void {
    this.delayed.get(key)?.();
    this.delayed.delete(key);
  }

  private settle(): void {
    if (this.size > 0) return;
    for (const resolve of this.idlers.splice(0)) resolve();
  }
}

function later(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}
