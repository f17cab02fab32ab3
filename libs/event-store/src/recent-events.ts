import type { Position, RecordedEvent } from '#lib/events';

/**
 * The newest events, kept in memory so that subscribers who keep up read nothing from disk. Bounded by count and by
 * the size of what the events hold.
 */
export class RecentEvents {
  private events: RecordedEvent[] = [];
  private sizes: number[] = [];
  private bytes = 0;

  constructor(
    private readonly maxEvents = 1_024,
    private readonly maxBytes = 2 * 1024 * 1024,
  ) {}

  add(event: RecordedEvent, size: number): void {
    this.events.push(event);
    this.sizes.push(size);
    this.bytes += size;
    if (this.events.length > this.maxEvents * 1.5 || this.bytes > this.maxBytes * 1.5) this.trim();
  }

  /** The events after a position, or `undefined` when some of them are no longer here. */
  after(position: Position): readonly RecordedEvent[] | undefined {
    const first = this.events[0];
    if (first === undefined || first.position > position + 1) return undefined;
    return this.events.slice(position + 1 - first.position);
  }

  private trim(): void {
    let drop = 0;
    while (this.events.length - drop > this.maxEvents || (this.bytes > this.maxBytes && drop < this.events.length)) {
      this.bytes -= this.sizes[drop] ?? 0;
      drop++;
    }
    this.events = this.events.slice(drop);
    this.sizes = this.sizes.slice(drop);
  }
}
