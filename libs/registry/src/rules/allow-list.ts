import {
  asRepository,
  clientDefaults,
  DOCKER_HUB,
  exact,
  hostAndPort,
  isDockerHub,
  splitHostPort,
  type DockerReference,
} from '../references/reference.js';
import { matchesWildcard } from './wildcard.js';

/** One entry of `allowedRegistriesForImport`. */
export interface AllowedRegistry {
  /** Host with optional port; `*` and `?` are wildcards in both. */
  readonly domainName: string;
  /** Without a port the entry means port 80 rather than 443. */
  readonly insecure?: boolean;
}

/** How the registry of a reference would be talked to; `any` when an insecure policy leaves both ways open. */
export type Transport = 'secure' | 'insecure' | 'any';

/** An entry that cannot be read; the server does not start with it. */
export class InvalidAllowListError extends Error {
  override readonly name = 'InvalidAllowListError';
}

/** The registries that image streams may name and imports may contact (`allowedRegistriesForImport`). */
export class AllowList {
  private constructor(
    private readonly entries: readonly HostAndPort[],
    private readonly repositories: ReadonlySet<string>,
  ) {}

  /**
   * The list of a configuration. No entry at all allows every registry.
   *
   * @param internalRegistryHostname - the integrated registry, which is always allowed and shown first.
   * @throws InvalidAllowListError
   */
  static from(entries: readonly AllowedRegistry[], internalRegistryHostname?: string): AllowList {
    if (entries.length === 0) return AllowList.everything();
    // From the back, so that of equal entries the last keeps its place, as the original has it.
    const problems: string[] = [];
    let list: readonly HostAndPort[] = [];
    for (const { domainName, insecure } of entries.toReversed()) {
      const entry = parseEntry(domainName, insecure === true ? '80' : '443');
      if (entry === undefined) problems.push(`failed to parse allowed registry "${domainName}": too many colons`);
      else list = prepend(entry, list);
    }
    if (problems.length > 0) {
      throw new InvalidAllowListError(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
    }
    const internal = internalRegistryHostname ? parseEntry(internalRegistryHostname, '443') : undefined;
    return new AllowList(internal === undefined ? list : prepend(internal, list), new Set());
  }

  static everything(): AllowList {
    return new AllowList([{ host: '*', port: '*' }], new Set());
  }

  static nothing(): AllowList {
    return new AllowList([], new Set());
  }

  /** This list with some repositories let through besides, whatever their tag or digest: those an object names already. */
  alsoAllowing(references: Iterable<DockerReference>): AllowList {
    return new AllowList(this.entries, new Set([...this.repositories, ...[...references].map(canonicalRepository)]));
  }

  /** Undefined when a reference is allowed, otherwise the text of the refusal. */
  check(ref: DockerReference, transport: Transport): string | undefined {
    if (this.repositories.size > 0 && this.repositories.has(canonicalRepository(ref))) return undefined;
    const { host, port } = contacted(ref, transport);
    const names = isDockerHub(host) && host !== DOCKER_HUB ? [DOCKER_HUB, host] : [host];
    if (names.some((name) => this.allows(name, port))) return undefined;
    return this.refusal(ref.registry || (port === '' ? host : joinHostPort({ host, port })));
  }

  private allows(host: string, port: string): boolean {
    return this.entries.some(
      (entry) =>
        matchesWildcard(host, entry.host) &&
        (port === '' ? USUAL_PORTS.has(entry.port) : matchesWildcard(port, entry.port)),
    );
  }

  private refusal(registry: string): string {
    if (this.entries.length === 0) return `registry ${quote(registry)} not allowed by empty whitelist`;
    const shown = this.entries.length > MAX_SHOWN ? this.entries.slice(0, MAX_SHOWN - 1) : this.entries;
    const hidden = this.entries.length - shown.length;
    const list = shown.map((entry) => quote(joinHostPort(entry))).join(', ');
    return `registry ${quote(registry)} not allowed by whitelist: ${list}${hidden > 0 ? `, and ${hidden} more ...` : ''}`;
  }
}

interface HostAndPort {
  readonly host: string;
  readonly port: string;
}

const MAX_SHOWN = 5;
/** What an entry's port must be to cover a reference without one when either transport may be used. */
const USUAL_PORTS: ReadonlySet<string> = new Set(['80', '443', '*']);

function parseEntry(text: string, defaultPort: string): HostAndPort | undefined {
  const [host = '', port, ...more] = text.split(':');
  return more.length > 0 ? undefined : { host, port: port ?? defaultPort };
}

const prepend = (entry: HostAndPort, list: readonly HostAndPort[]): readonly HostAndPort[] =>
  list.some(({ host, port }) => host === entry.host && port === entry.port) ? list : [entry, ...list];

function contacted(ref: DockerReference, transport: Transport): HostAndPort {
  if (transport !== 'any') return hostAndPort(ref, transport === 'insecure');
  const written = splitHostPort(ref.registry);
  if (written !== undefined && written.port !== '' && written.host !== '') return written;
  return { host: ref.registry || hostAndPort(ref, false).host, port: '' };
}

const canonicalRepository = (ref: DockerReference): string => exact(asRepository(clientDefaults(ref)));

const joinHostPort = ({ host, port }: HostAndPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const quote = (text: string): string => JSON.stringify(text);
