const SLOT_MS = 1_000;

/** When each of many keys is next due, to the second. Planning and taking cost the same for ten keys and for a million. */
export class VisitPlan {
  private readonly slotOf = new Map<string, number>();
  private readonly slots = new Map<number, Set<string>>();
  /** No key is due before this slot. */
  private first = Infinity;

  get size(): number {
    return this.slotOf.size;
  }

  keys(): readonly string[] {
    return [...this.slotOf.keys()];
  }

  has(key: string): boolean {
    return this.slotOf.has(key);
  }

  /** @param due - milliseconds, on the clock that {@link take} is asked by. */
  set(key: string, due: number): void {
    this.delete(key);
    const slot = Math.floor(due / SLOT_MS);
    const keys = this.slots.get(slot) ?? new Set<string>();
    this.slots.set(slot, keys.add(key));
    this.slotOf.set(key, slot);
    this.first = Math.min(this.first, slot);
  }

  delete(key: string): void {
    const slot = this.slotOf.get(key);
    if (slot === undefined) return;
    this.slotOf.delete(key);
    const keys = this.slots.get(slot);
    keys?.delete(key);
    if (keys?.size === 0) this.slots.delete(slot);
  }

  /** Takes out the key that has been due for longest, if one is due. */
  take(now: number): string | undefined {
    const last = Math.floor(now / SLOT_MS);
    if (this.slots.size === 0) this.first = Infinity;
    for (; this.first <= last; this.first++) {
      for (const key of this.slots.get(this.first) ?? []) {
        this.delete(key);
        return key;
      }
    }
    return undefined;
  }
}
