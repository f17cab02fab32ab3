import type { Position } from '#lib/events';

const MAX_KNOWN = 4_096;

/**
 * Places at which the log can be read from.
 *
 * A position is where a record of the log begins; the server has nothing to say, or says something else with every
 * version, when it is asked for one in between. Clients may ask for any. So a position that is not known to be one is
 * looked for, and where there is none, reading starts at a known place before it.
 */
export class Anchors {
  private known: Position[] = [];

  /** @param isRecord - whether a record begins at a position. */
  constructor(private readonly isRecord: (position: Position) => Promise<boolean>) {}

  note(position: Position): void {
    const at = this.indexAfter(position);
    if (this.known[at - 1] === position) return;
    this.known.splice(at, 0, position);
    // Old places are asked for rarely, and one close by does.
    if (this.known.length > MAX_KNOWN) {
      this.known = this.known.filter((_, index) => index % 2 === 0 || index > MAX_KNOWN / 2);
    }
  }

  /** The position itself where the log can be read from there, or one before it; 0 stands for the start. */
  async for(position: Position): Promise<Position> {
    const below = this.known[this.indexAfter(position) - 1] ?? 0;
    if (position === below || position <= 0) return Math.max(position, 0);
    if (!(await this.isRecord(position))) return below;
    this.note(position);
    return position;
  }

  private indexAfter(position: Position): number {
    let low = 0;
    let high = this.known.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.known[middle] ?? Infinity) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
