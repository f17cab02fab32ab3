interface Message {
  isDone: boolean;
  /** When it came to be in the topic, in milliseconds. */
  readonly since: number;
}

/** Which messages of a partition are done. They are done in any order; what may be committed is where the first is not. */
export class OffsetTracker {
  private readonly messages = new Map<bigint, Message>();
  private next: bigint | undefined;
  /** Everything before it was begun, or is nothing to act on. */
  private read: bigint | undefined;

  /** @returns whether it is new here; what is known already must not be begun again. */
  begin(offset: bigint, since = 0): boolean {
    if (this.messages.has(offset) || (this.next !== undefined && offset < this.next)) return false;
    this.messages.set(offset, { isDone: false, since });
    return true;
  }

  done(offset: bigint): void {
    const message = this.messages.get(offset);
    if (message === undefined) return;
    message.isDone = true;
    for (const [first, { isDone }] of this.messages) {
      if (!isDone) return;
      this.messages.delete(first);
      this.next = first + 1n;
    }
    this.skip();
  }

  /** All messages before an offset were begun: what else is there are marks of transactions, and what was aborted. */
  readUpTo(offset: bigint): void {
    if (this.read === undefined || this.read < offset) this.read = offset;
    this.skip();
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

  /** The offset that reading has come to; `undefined` while nothing is known. */
  get reached(): bigint | undefined {
    const { next, read } = this;
    return next === undefined || (read !== undefined && read > next) ? read : next;
  }

  /** Messages that were begun and are not done. */
  get open(): number {
    let open = 0;
    for (const { isDone } of this.messages.values()) if (!isDone) open++;
    return open;
  }

  /** Since when the first message that is not done has been in the topic; `undefined` where all are done. */
  get openSince(): number | undefined {
    for (const { isDone, since } of this.messages.values()) if (!isDone) return since;
    return undefined;
  }

  /** Where nothing is left to do, there is nothing left to read again. */
  private skip(): void {
    if (this.messages.size > 0 || this.read === undefined) return;
    if (this.next === undefined || this.next < this.read) this.next = this.read;
  }
}
