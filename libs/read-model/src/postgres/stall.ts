import type { EventStore } from '#lib/event-store';
import type { Position } from '#lib/events';
import type { Generation } from './generations.js';

/** The log is asked for its end this many times until somebody is held to be stalled. */
const LOOKS = 4;

interface Behind {
  readonly generation: number;
  readonly checkpoint: Position;
  /** The log had events behind the checkpoint by then. */
  readonly since: number;
}

/** Notices when whoever writes the read models does nothing, though there has been something to do for a while. */
export class Stall {
  private behind: Behind | undefined;
  private nextLook = 0;

  constructor(
    private readonly store: EventStore,
    private readonly patienceMs: number,
  ) {}

  /** @param active - as it is now. @returns whether nothing has happened to it for as long as there is patience. */
  async isSeen({ id, checkpoint }: Generation): Promise<boolean> {
    const { behind } = this;
    if (behind?.generation !== id || behind.checkpoint !== checkpoint) this.behind = undefined;
    const now = performance.now();
    if (this.behind !== undefined) return now - this.behind.since >= this.patienceMs;
    if (now < this.nextLook) return false;
    this.nextLook = now + this.patienceMs / LOOKS;
    // A log that cannot be asked has nothing to be written for all that is known here.
    const end = await this.store.lastPosition().catch(() => 0);
    if (end > checkpoint) this.behind = { generation: id, checkpoint, since: performance.now() };
    return false;
  }

  /** Somebody else has a turn now, and as long for it. */
  forget(): void {
    this.behind = undefined;
  }
}
