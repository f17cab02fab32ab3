/**
 * A list that is a map in truth: sorted by key in byte order, and of several entries with one key only the last.
 *
 * Clients send such lists in any order, and some send a key twice.
 */
export function keyedList<T>(entries: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  return [...byKey].sort(([one], [other]) => compareBytes(one, other)).map(([, entry]) => entry);
}

const SURROGATE = /[\ud800-\udfff]/;

/** JavaScript compares UTF-16 units, which is byte order for all but characters outside of the basic plane. */
export function compareBytes(one: string, other: string): number {
  if (SURROGATE.test(one) || SURROGATE.test(other)) return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : one > other ? 1 : 0;
}
