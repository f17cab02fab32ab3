const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** The moment that Kubernetes reads as "no time at all". */
const ZERO = Date.parse('0001-01-01T00:00:00Z');

/** A moment as Kubernetes writes it: RFC 3339, UTC, whole seconds. */
export const wireTime = (moment: Date): string => moment.toISOString().replace(/\.\d{3}Z$/, 'Z');

/**
 * Brings an RFC 3339 text into the form of {@link wireTime}; `null` for the zero time, `undefined` for a text that is not
 * a time.
 */
export function normaliseTime(text: string): string | null | undefined {
  const parts = RFC_3339.exec(text);
  if (parts === null) return undefined;
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime()) || !isCalendarDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) {
    return undefined;
  }
  return Math.floor(moment.getTime() / 1000) * 1000 === ZERO ? null : wireTime(moment);
}

/** JavaScript rolls the 30th of February over into March; Kubernetes refuses it. */
function isCalendarDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
