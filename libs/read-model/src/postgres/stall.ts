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
  isSeen({ id, checkpoint }: Generation): boolean {
    const { behind } = this;
    const now = performance.now();
    if (behind?.generation === id && behind.checkpoint === checkpoint) return now - behind.since >= this.patienceMs;
    this.behind = undefined;
    if (now >= this.nextLook) {
      this.nextLook = now + this.patienceMs / LOOKS;
      void this.look(id, checkpoint);
    }
    return false;
  }

  /** Somebody else has a turn now, and as long for it. */
  forget(): void {
    this.behind = undefined;
  }

  /** Not waited for: the log may take its time, and a turn may come meanwhile. */
  private async look(generation: number, checkpoint: Position): Promise<void> {
    try {
      const end = await this.store.lastPosition();
      if (end > checkpoint) this.behind = { generation, checkpoint, since: performance.now() };
    } catch {
      // A log that cannot be asked has nothing to be written, for all that is known here.
    }
  }
}
