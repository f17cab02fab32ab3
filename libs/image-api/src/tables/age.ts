import { humanAgo } from '#lib/kube-api';

/** `3 hours ago`; empty when there is no time. */
export const ago = (time: string | null | undefined, now: Date): string =>
  time == null || time === '' ? '' : humanAgo(now.getTime() - Date.parse(time));

/** The latest of some times; `undefined` when there is none. */
export const latest = (times: readonly (string | null | undefined)[]): string | undefined =>
  times.reduce<string | undefined>(
    (newest, time) => (time != null && (newest === undefined || time > newest) ? time : newest),
    undefined,
  );
