/** Which messages of a partition are done. They are done in any order; what may be committed is where the first is not. */
export class OffsetTracker {
  private readonly messages = new Map<bigint, 'open' | 'done'>();
  private next: bigint | undefined;

  /** @returns whether it is new here; what is known already must not be begun again. */
  begin(offset: bigint): boolean {
    if (this.messages.has(offset) || (this.next !== undefined && offset < this.next)) return false;
    this.messages.set(offset, 'open');
    return true;
  }

  done(offset: bigint): void {
    if (!this.messages.has(offset)) return;
    this.messages.set(offset, 'done');
    for (const [first, state] of this.messages) {
      if (state === 'open') return;
      this.messages.delete(first);
      this.next = first + 1n;
    }
  }

  /** Reading begins again at an offset: what is before it was done by somebody. */
  resume(offset: bigint): void {
    for (const known of this.messages.keys()) if (known < offset) this.messages.delete(known);
    // Where less was committed than was done here, what was done here stays known.
    if (this.next === undefined || this.next < offset) this.next = offset;
  }

  /** The offset to go on from after a restart; `undefined` while nothing is known. */
  get committable(): bigint | undefined {
    return this.next;
  }
}
