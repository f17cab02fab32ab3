import {
  clientDefaults,
  DOCKER_HUB,
  isDockerHub,
  repositoryName,
  type DockerReference,
} from '../references/reference.js';

/**
 * A part of the world of registries, as configuration names it: `host[:port]`, `host[:port]/path…` (a repository or
 * everything below a path), or `*.domain` (every host below a domain).
 */
export interface RegistryScope {
  readonly text: string;
  readonly host: string;
  /** Path components without the slash before; empty for a whole host. */
  readonly path: string;
}

export class InvalidScopeError extends Error {
  override readonly name = 'InvalidScopeError';
}

/** @throws InvalidScopeError */
export function parseScope(text: string): RegistryScope {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const path = slash < 0 ? '' : text.slice(slash + 1);
  const wildcard = host.startsWith('*.');
  if (!HOST.test(wildcard ? host.slice(2) : host)) {
    throw new InvalidScopeError(`"${text}" is not a registry: write host[:port], host[:port]/path or *.domain`);
  }
  if (wildcard && path !== '') throw new InvalidScopeError(`"${text}": a wildcard names hosts, without a path`);
  if (path !== '' && !PATH.test(path)) throw new InvalidScopeError(`"${text}": "${path}" is not a repository path`);
  return { text, host: canonicalHost(host), path };
}

/** What of a reference a scope covers: nothing (undefined), or all but `rest`, the path below the scope. */
export function coveredBy(scope: RegistryScope, ref: DockerReference): { readonly rest: string } | undefined {
  const { registry, ...parts } = clientDefaults(ref);
  const path = repositoryName({ registry, ...parts });
  if (!coversHost(scope, canonicalHost(registry))) return undefined;
  if (scope.path === '') return { rest: path };
  if (path === scope.path) return { rest: '' };
  return path.startsWith(`${scope.path}/`) ? { rest: path.slice(scope.path.length + 1) } : undefined;
}

/** Sorts the scope that says most first: the longer one, and of equally long ones that without a wildcard. */
export const moreSpecificFirst = (a: RegistryScope, b: RegistryScope): number =>
  specificity(b) - specificity(a) || Number(isWildcard(a)) - Number(isWildcard(b));

const HOST = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?$|^\[[0-9a-fA-F:]+\](?::[0-9]{1,5})?$/;
const PATH = /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/;

const isWildcard = (scope: RegistryScope): boolean => scope.host.startsWith('*.');

const specificity = (scope: RegistryScope): number => scope.host.length + scope.path.length;

/** Docker Hub has three names for one place. */
const canonicalHost = (host: string): string => (isDockerHub(host) ? DOCKER_HUB : host.toLowerCase());

function coversHost(scope: RegistryScope, host: string): boolean {
  if (!isWildcard(scope)) return scope.host === host;
  const suffix = scope.host.slice(1);
  return host.length > suffix.length && (host.endsWith(suffix) || withoutPort(host).endsWith(suffix));
}

const withoutPort = (host: string): string => host.replace(/:[0-9]+$/, '');
