/** Lets so many through in a minute, spread over it. */
export class RateLimit {
  private readonly perMs: number;
  private readonly most: number;
  private available: number;
  private last: number;

  /**
   * @param perMinute - 0 or less lets everything through.
   * @param now - milliseconds, on the clock that {@link take} is asked by.
   */
  constructor(
    private readonly perMinute: number,
    now: number,
  ) {
    this.perMs = perMinute / 60_000;
    // A few seconds' worth may go at once, so that a check every second lets the whole number through.
    this.most = Math.max(1, perMinute / 10);
    this.available = this.most;
    this.last = now;
  }

  /** Whether one may go now; it counts as gone. */
  take(now: number): boolean {
    if (this.perMinute <= 0) return true;
    this.available = Math.min(this.most, this.available + Math.max(0, now - this.last) * this.perMs);
    this.last = now;
    if (this.available < 1) return false;
    this.available--;
    return true;
  }
}
