import type { KubeObject } from '#lib/kube-api';

/** How old an object is, the way `kubectl get` says it: two units while the larger one is still small. */
export function ageOf({ metadata }: KubeObject, now: Date): string {
  const created = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(created) ? '<unknown>' : duration(Math.trunc((now.getTime() - created) / 1000));
}

function duration(seconds: number): string {
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(seconds, 0)}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return both(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return both(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return both(days, 'd', hours % 24, 'h');
  if (days < 2 * 365) return `${days}d`;
  const years = Math.trunc(days / 365);
  return years < 8 ? both(years, 'y', days % 365, 'd') : `${years}y`;
}

const both = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`;
