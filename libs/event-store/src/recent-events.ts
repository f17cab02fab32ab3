import type { Position, RecordedEvent } from '#lib/events';

/**
 * The newest events, kept in memory so that subscribers who keep up read nothing from the store. Bounded by count and
 * by the size of what the events hold. Positions need not be dense.
 */
export class RecentEvents {
  private events: RecordedEvent[] = [];
  private sizes: number[] = [];
  private bytes = 0;

  /** @param start - every event after this position will be added. */
  constructor(
    private start: Position,
    private readonly maxEvents = 1_024,
    private readonly maxBytes = 2 * 1024 * 1024,
  ) {}

  add(event: RecordedEvent, size: number): void {
    this.events.push(event);
    this.sizes.push(size);
    this.bytes += size;
    if (this.events.length > this.maxEvents * 1.5 || this.bytes > this.maxBytes * 1.5) this.trim();
  }

  /** Forgets everything: only what comes after `start` will be added without a gap. */
  restart(start: Position): void {
    this.start = start;
    this.events = [];
    this.sizes = [];
    this.bytes = 0;
  }

  /** The events after a position, or `undefined` when some of them may no longer be here. */
  after(position: Position): readonly RecordedEvent[] | undefined {
    if (position < this.start) return undefined;
    const last = this.events.at(-1);
    return last === undefined || last.position <= position ? [] : this.events.slice(this.firstAfter(position));
  }

  private firstAfter(position: Position): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.position ?? Infinity) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private trim(): void {
    let drop = 0;
    while (this.events.length - drop > this.maxEvents || (this.bytes > this.maxBytes && drop < this.events.length)) {
      this.bytes -= this.sizes[drop] ?? 0;
      drop++;
    }
    this.start = this.events[drop - 1]?.position ?? this.start;
    this.events = this.events.slice(drop);
    this.sizes = this.sizes.slice(drop);
  }
}
