interface Work {
  /** Grows with every piece of work. */
  readonly number: number;
  readonly run: () => Promise<void>;
}

/**
 * Work with keys: that of one key one after the other, that of several at the same time, up to a number. What was added
 * first begins first, so that what is done is nearly all that comes before what is not.
 */
export class KeyLanes {
  /** By key, what waits behind the work that is ready or runs. */
  private readonly behind = new Map<string, Work[]>();
  /** The first of each key that has none running, oldest first. */
  private readonly ready: { readonly key: string; readonly work: Work }[] = [];
  private running = 0;
  private waiting = 0;
  private added = 0;
  private paused = false;
  private idlers: { readonly below: number; readonly resolve: () => void }[] = [];

  constructor(private readonly concurrency: number) {}

  /** Work that waits or runs. */
  get size(): number {
    return this.waiting + this.running;
  }

  /** @param work - must not throw. */
  add(key: string, work: () => Promise<void>): void {
    this.waiting++;
    const added = { number: this.added++, run: work };
    const behind = this.behind.get(key);
    if (behind !== undefined) {
      behind.push(added);
      return;
    }
    this.behind.set(key, []);
    this.ready.push({ key, work: added });
    this.pump();
  }

  /** Resolves when there is less work than this, or after some time. */
  fewerThan(count: number, milliseconds: number): Promise<void> {
    if (this.size < count) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.idlers.push({
        below: count,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
  }

  /** Begins nothing more; what runs goes on. Resolves when nothing does, or after some time. */
  async pause(milliseconds = 0): Promise<void> {
    this.paused = true;
    if (milliseconds > 0) await this.fewerThan(this.waiting + 1, milliseconds);
  }

  resume(): void {
    this.paused = false;
    this.pump();
  }

  private pump(): void {
    while (!this.paused && this.running < this.concurrency) {
      const next = this.ready.shift();
      if (next === undefined) return;
      void this.run(next.key, next.work);
    }
  }

  private async run(key: string, work: Work): Promise<void> {
    this.waiting--;
    this.running++;
    await work.run();
    this.running--;
    const next = this.behind.get(key)?.shift();
    if (next === undefined) this.behind.delete(key);
    else this.makeReady(key, next);
    this.pump();
    this.tell();
  }

  private makeReady(key: string, work: Work): void {
    const at = this.ready.findIndex((other) => other.work.number > work.number);
    this.ready.splice(at < 0 ? this.ready.length : at, 0, { key, work });
  }

  private tell(): void {
    const { size } = this;
    const told = this.idlers.filter(({ below }) => size < below);
    if (told.length === 0) return;
    this.idlers = this.idlers.filter(({ below }) => size >= below);
    for (const { resolve } of told) resolve();
  }
}
