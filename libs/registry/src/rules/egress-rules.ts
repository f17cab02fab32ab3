import { isIP } from 'node:net';
import { matchesWildcard } from './wildcard.js';

export interface EgressConfiguration {
  /** Hosts (`host` for any port, or `host:port`; `*` and `?` are wildcards). Empty or absent allows all. */
  readonly allowedHosts?: readonly string[];
  /** The same form; wins over `allowedHosts`. */
  readonly blockedHosts?: readonly string[];
}

/**
 * Which hosts this process may contact at all. Asked for registries, and for what registries point to: token services
 * and places where blobs are kept. That is what makes a hostile registry unable to use this process as its hands inside
 * the network.
 */
export class EgressRules {
  constructor(private readonly configuration: EgressConfiguration = {}) {}

  /** Whether a URL that somebody asked for may be contacted. */
  allows(url: URL): boolean {
    const { allowedHosts = [], blockedHosts = [] } = this.configuration;
    if (blockedHosts.some((pattern) => matchesHost(url, pattern))) return false;
    return allowedHosts.length === 0 || allowedHosts.some((pattern) => matchesHost(url, pattern));
  }

  /**
   * Whether a URL that a registry pointed to may be contacted. Link-local addresses, where clouds keep the credentials
   * of their machines, never are.
   */
  allowsPointer(url: URL): boolean {
    return (url.protocol === 'https:' || url.protocol === 'http:') && !isLinkLocal(url.hostname) && this.allows(url);
  }
}

const matchesHost = (url: URL, pattern: string): boolean => {
  const wanted = pattern.toLowerCase();
  return matchesWildcard(url.hostname, wanted) || matchesWildcard(hostWithPort(url), wanted);
};

const hostWithPort = (url: URL): string => `${url.hostname}:${url.port || (url.protocol === 'http:' ? '80' : '443')}`;

function isLinkLocal(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  switch (isIP(address)) {
    case 4:
      return address.startsWith('169.254.');
    case 6:
      // Also the mapped form, which the URL parser writes as ::ffff:a9fe:xxxx.
      return /^fe[89ab]/i.test(address) || /^::ffff:a9fe:/i.test(address);
    default:
      return false;
  }
}
