import { hostname } from 'node:os';
import { isIP } from 'node:net';
import type { ListenAddress } from '#lib/config';

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The address by which a client on this machine reaches the server. */
export function serverUrlOf({ host, port }: ListenAddress): string {
  const reachable = isWildcard(host) ? '127.0.0.1' : host;
  return `https://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${port}`;
}

/** Every name by which a client may reach the server, each once. */
export function serverNames(host: string, configured: readonly string[]): readonly string[] {
  const own = isWildcard(host) ? [] : [host];
  return [...new Set(['localhost', '127.0.0.1', '::1', ...own, hostname(), ...configured].filter(isServerName))];
}

/** A certificate cannot hold names with other letters; a machine may be called by them all the same. */
const isServerName = (name: string): boolean =>
  isIP(name) !== 0 || /^[A-Za-z0-9*](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(name);
