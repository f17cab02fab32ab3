import { isDockerHub, splitHostPort } from '../references/reference.js';
import { matchesWildcard } from '../rules/wildcard.js';
import type { Credentials, CredentialSource, CredentialTarget } from './credential-source.js';
import type { DockerConfigEntry } from './docker-config.js';

/**
 * Credentials by the rules of the Kubernetes keyring: locations are tried in reverse order of their text, so a longer
 * path comes before a shorter one of the same host; host labels may be wildcards; a path covers everything that starts
 * with it. Of equal locations the one that was added first wins.
 */
export class Keyring implements CredentialSource {
  private readonly entries: readonly KeyringEntry[];

  /** @param entries - of all configuration files, the more important file first. */
  constructor(entries: Iterable<DockerConfigEntry>) {
    this.entries = [...entries].flatMap(keyringEntry).sort((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0));
  }

  credentialsFor({ host, repository }: CredentialTarget): Credentials | undefined {
    for (const name of namesOf(host)) {
      const found = this.entries.find((entry) => covers(entry, name, repository));
      if (found !== undefined) return found.credentials;
    }
    return undefined;
  }
}

interface KeyringEntry {
  readonly key: string;
  readonly host: string;
  readonly port: string;
  /** Without a slash at its start; empty for the whole host. */
  readonly path: string;
  readonly credentials: Credentials;
}

function keyringEntry({ location, credentials }: DockerConfigEntry): readonly KeyringEntry[] {
  const withoutScheme = location.replace(/^https?:\/\//, '');
  const slash = withoutScheme.indexOf('/');
  const authority = (slash < 0 ? withoutScheme : withoutScheme.slice(0, slash)).toLowerCase();
  if (authority === '') return [];
  // The Docker client writes https://index.docker.io/v1/ and means the host.
  const path = (slash < 0 ? '' : withoutScheme.slice(slash)).replace(/^\/v[12]\//, '/').slice(1);
  const { host, port } = splitHostPort(authority) ?? { host: authority, port: '' };
  return [{ key: path === '' ? authority : `${authority}/${path}`, host, port, path, credentials }];
}

/** A registry's names, in the order in which they are looked up. */
function namesOf(host: string): readonly string[] {
  if (isDockerHub(host)) return ['index.docker.io', 'docker.io', 'registry-1.docker.io'];
  const name = host.toLowerCase();
  return /:(?:443|80)$/.test(name) ? [name, name.slice(0, name.lastIndexOf(':'))] : [name];
}

function covers(entry: KeyringEntry, name: string, repository: string): boolean {
  const { host, port } = splitHostPort(name) ?? { host: name, port: '' };
  if (entry.port !== port || !repository.startsWith(entry.path)) return false;
  const labels = host.split('.');
  const patterns = entry.host.split('.');
  return labels.length === patterns.length && labels.every((label, i) => matchesWildcard(label, patterns[i] ?? ''));
}
