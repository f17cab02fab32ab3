const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** The zero time of Go, which `metav1.Time` treats as absent. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** A moment as `metav1.Time` writes it: RFC 3339, UTC, whole seconds. */
export function kubernetesTime(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/**
 * Any RFC 3339 time in the form of {@link kubernetesTime}; fractions of a second are cut off, offsets become UTC.
 * Nothing when the text is not a time that exists.
 */
export function normalTime(text: string): string | undefined {
  if (text.length > 40 || !RFC3339.test(text)) return undefined;
  const moment = new Date(text.replace(',', '.'));
  if (Number.isNaN(moment.getTime())) return undefined;
  const normal = kubernetesTime(moment);
  // The Date constructor rolls 31 April over to 1 May; such a day does not exist.
  if (WHOLE_SECONDS.test(text)) return normal === text ? text : undefined;
  return dayExists(text) && normal.length === ZERO_TIME.length ? normal : undefined;
}

function dayExists(text: string): boolean {
  const day = text.slice(0, 10);
  const moment = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(day);
}
