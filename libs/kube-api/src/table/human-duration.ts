/** How long ago something was, as the columns of image resources say it: `About an hour ago`, `3 weeks ago`. */
export const humanAgo = (milliseconds: number): string => `${humanDuration(milliseconds)} ago`;

/**
 * A length of time in the words of Docker's units: one unit, roughly.
 *
 * @param milliseconds less than a second, negative included, is `Less than a second`
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(milliseconds / HOUR + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 2 * DAY) return `${hours} hours`;
  if (hours < 2 * WEEK) return `${Math.floor(hours / DAY)} days`;
  if (hours < 2 * MONTH) return `${Math.floor(hours / WEEK)} weeks`;
  if (hours < 2 * YEAR) return `${Math.floor(hours / MONTH)} months`;
  return `${Math.floor(hours / YEAR)} years`;
}

const HOUR = 3_600_000;
/** In hours. */
const DAY = 24;
const WEEK = 7 * DAY;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;
