import { clientDefaults, parseReference, type DockerReference } from '../references/reference.js';
import { coveredBy, moreSpecificFirst, InvalidScopeError, parseScope, type RegistryScope } from './registry-scope.js';

/** Where images of a source may be pulled from instead. */
export interface MirrorRule {
  /** `host[:port]`, `host[:port]/path` or `*.domain`. */
  readonly source: string;
  /** Locations in order of preference; what a reference has beyond the source is appended. */
  readonly mirrors: readonly string[];
  /** A mirror whose tags may lag behind is good for digests only. Default: both. */
  readonly pullFrom?: 'digest-only' | 'tag-only';
  /** The source itself is not asked, even when every mirror fails. */
  readonly neverContactSource?: boolean;
}

export interface PullSourceConfiguration {
  readonly mirrors?: readonly MirrorRule[];
  /** Registries, repositories or domains that nothing is pulled from. */
  readonly blockedRegistries?: readonly string[];
  /** Registries, repositories or domains that may be talked to without trusted TLS. */
  readonly insecureRegistries?: readonly string[];
}

/** One place to try for a reference. */
export interface PullSource {
  /** With client defaults; either a tag or a digest decides, the digest first. */
  readonly reference: DockerReference;
  readonly insecure: boolean;
  readonly isMirror: boolean;
}

/**
 * Which places deliver the image that a reference names.
 *
 * Unlike the original, every rule holds for a repository path and a `*.domain` as well as for a whole host, a blocked
 * place stays blocked when it has mirrors or is one, and a mirror may be insecure by itself.
 */
export class PullSources {
  private readonly mirrors: readonly ParsedMirrorRule[];
  private readonly blocked: readonly RegistryScope[];
  private readonly insecure: readonly RegistryScope[];

  /** @throws InvalidScopeError or InvalidReferenceError, naming the entry */
  constructor(configuration: PullSourceConfiguration = {}) {
    this.mirrors = (configuration.mirrors ?? []).map(parseMirrorRule);
    this.blocked = (configuration.blockedRegistries ?? []).map(parseScope);
    this.insecure = (configuration.insecureRegistries ?? []).map(parseScope);
  }

  /**
   * The places to try, in order: mirrors, then the source. Empty when everything is blocked.
   *
   * @param insecure - what the request said; it holds for mirrors too.
   */
  of(reference: DockerReference, { insecure = false }: { readonly insecure?: boolean } = {}): readonly PullSource[] {
    const ref = clientDefaults(reference);
    const rules = this.mirrorRulesOf(ref);
    const mirrored = rules.flatMap((rule) => rule.mirrorsOf(ref)).map((mirror) => this.source(mirror, insecure, true));
    const unique = new Map(mirrored.map((source) => [locationOf(source), source]));
    const original = this.source(ref, insecure, false);
    // A source that is listed among its own mirrors has its place there.
    if (!rules.some((rule) => rule.neverContactSource) && !unique.has(locationOf(original))) {
      unique.set(locationOf(original), original);
    }
    return [...unique.values()].filter((source) => !this.isBlocked(source.reference));
  }

  /** The repository itself, past its mirrors: tags are listed there. Undefined when it may not be contacted. */
  sourceOf(
    reference: DockerReference,
    { insecure = false }: { readonly insecure?: boolean } = {},
  ): PullSource | undefined {
    const ref = clientDefaults(reference);
    if (this.isBlocked(ref) || this.mirrorRulesOf(ref).some((rule) => rule.neverContactSource)) return undefined;
    return this.source(ref, insecure, false);
  }

  /** Whether a blocked entry covers a reference. */
  isBlocked(reference: DockerReference): boolean {
    return this.blocked.some((scope) => coveredBy(scope, reference) !== undefined);
  }

  private source(reference: DockerReference, insecure: boolean, isMirror: boolean): PullSource {
    const covered = this.insecure.some((scope) => coveredBy(scope, reference) !== undefined);
    return { reference, insecure: insecure || covered, isMirror };
  }

  /** All rules of the most specific scope that covers a reference. */
  private mirrorRulesOf(ref: DockerReference): readonly ParsedMirrorRule[] {
    const covering = this.mirrors.filter((rule) => coveredBy(rule.scope, ref) !== undefined);
    const [best] = covering.toSorted((a, b) => moreSpecificFirst(a.scope, b.scope));
    return best === undefined ? [] : covering.filter(({ scope }) => sameScope(scope, best.scope));
  }
}

interface ParsedMirrorRule {
  readonly scope: RegistryScope;
  readonly neverContactSource: boolean;
  mirrorsOf(ref: DockerReference): readonly DockerReference[];
}

function parseMirrorRule({ source, mirrors, pullFrom, neverContactSource = false }: MirrorRule): ParsedMirrorRule {
  const scope = parseScope(source);
  mirrors.forEach(requireLocation);
  return {
    scope,
    neverContactSource,
    mirrorsOf: (ref) => {
      const kind = ref.id === '' ? 'tag-only' : 'digest-only';
      if (pullFrom !== undefined && pullFrom !== kind) return [];
      const rest = coveredBy(scope, ref)?.rest ?? '';
      return mirrors.flatMap((mirror) => relocated(ref, rest === '' ? mirror : `${mirror}/${rest}`));
    },
  };
}

function requireLocation(mirror: string): void {
  const { host, path } = parseScope(mirror);
  if (host.startsWith('*.') || parseReference(path === '' ? `${mirror}/x` : mirror).registry === '') {
    throw new InvalidScopeError(
      `the mirror "${mirror}" of the images configuration must start with one registry's host`,
    );
  }
}

/** The reference at its place in a mirror; none when the two together are too long to be a repository. */
function relocated(ref: DockerReference, location: string): readonly DockerReference[] {
  try {
    return [{ ...parseReference(location), tag: ref.tag, id: ref.id }];
  } catch {
    return [];
  }
}

const locationOf = ({ reference: { registry, namespace, name } }: PullSource): string =>
  `${registry}/${namespace}/${name}`;

const sameScope = (a: RegistryScope, b: RegistryScope): boolean => a.host === b.host && a.path === b.path;
