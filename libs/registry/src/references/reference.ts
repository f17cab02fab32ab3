import { isDigest } from './digest.js';
import { referenceParts } from './reference-grammar.js';

/**
 * A pull spec of a container image, taken apart. A part that was not written is the empty string: nothing is defaulted
 * by parsing, because what is shown to people keeps their spelling.
 */
export interface DockerReference {
  /** Host with optional port. */
  readonly registry: string;
  /** First path component when there are at least two. */
  readonly namespace: string;
  /** The rest of the path; may contain `/`. */
  readonly name: string;
  readonly tag: string;
  /** Digest. */
  readonly id: string;
}

/**
 * Reads a pull spec.
 *
 * A single component with a dot, or one that starts with `localhost`, is a registry host without a repository.
 *
 * @throws InvalidReferenceError
 */
export function parseReference(text: string): DockerReference {
  const { name, tag, digest } = referenceParts(text);
  const slash = name.indexOf('/');
  if (slash < 0 && (name.includes('.') || name.startsWith('localhost'))) {
    return { registry: text, namespace: '', name: '', tag: '', id: digest };
  }
  const first = slash < 0 ? '' : name.slice(0, slash);
  const startsWithRegistry = first === 'localhost' || /[.:]/.test(first);
  const path = startsWithRegistry ? name.slice(slash + 1) : name;
  const namespaceEnd = path.indexOf('/');
  return {
    registry: startsWithRegistry ? first : '',
    namespace: namespaceEnd < 0 ? '' : path.slice(0, namespaceEnd),
    name: path.slice(namespaceEnd + 1),
    tag,
    id: digest,
  };
}

export const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_V1 = 'index.docker.io';
const DOCKER_HUB_V2 = 'registry-1.docker.io';

/** Whether a host is one of Docker Hub's names. */
export const isDockerHub = (registry: string): boolean =>
  registry === DOCKER_HUB || registry === DOCKER_HUB_V1 || registry === DOCKER_HUB_V2;

/** What the Docker client assumes: Docker Hub, its `library`, and the tag `latest` (also beside a digest). */
export function clientDefaults(ref: DockerReference): DockerReference {
  const registry = ref.registry || DOCKER_HUB;
  return {
    ...ref,
    registry,
    namespace: ref.namespace || (isDockerHub(registry) ? 'library' : ''),
    tag: ref.tag || 'latest',
  };
}

/** Namespace and name, without registry, tag and digest. */
export const repositoryName = (ref: DockerReference): string => exact({ ...ref, registry: '', tag: '', id: '' });

/** The reference without tag and digest. */
export const asRepository = (ref: DockerReference): DockerReference => ({ ...ref, tag: '', id: '' });

/**
 * The host and port that a reference means. A spelled-out Docker Hub becomes the host that serves it; an omitted
 * registry stays `docker.io`, which messages and allow-lists rely on.
 */
export function hostAndPort(ref: DockerReference, insecure: boolean): { readonly host: string; readonly port: string } {
  const registry = asV2(ref).registry || DOCKER_HUB;
  if (registry.includes(':')) return splitHostPort(registry) ?? { host: '', port: '' };
  return { host: registry, port: insecure ? '80' : '443' };
}

/** `https://` and the registry's host. Apply {@link clientDefaults} before. */
export const registryUrl = (ref: DockerReference): string => `https://${asV2(ref).registry}`;

/** Without what the Docker daemon assumes anyway: other names of Docker Hub, `library`, `latest`. */
export function daemonMinimal(ref: DockerReference): DockerReference {
  const registry = isDockerHub(ref.registry) ? DOCKER_HUB : ref.registry;
  return {
    ...ref,
    registry,
    namespace: registry === DOCKER_HUB && ref.namespace === 'library' ? '' : ref.namespace,
    tag: ref.tag === 'latest' ? '' : ref.tag,
  };
}

/** A digest wins over a tag; an id that is no digest takes the place of a missing tag. */
export function mostSpecific(ref: DockerReference): DockerReference {
  if (ref.id === '') return ref;
  if (isDigest(ref.id)) return { ...ref, tag: '' };
  return ref.tag === '' ? { ...ref, tag: ref.id, id: '' } : ref;
}

/** The text of the parts that are set, the digest before the tag; empty without a name. */
export function exact(ref: DockerReference): string {
  if (ref.name === '') return '';
  const path = [ref.registry, ref.namespace, ref.name].filter((part) => part !== '').join('/');
  if (ref.id !== '') return isDigest(ref.id) ? `${path}@${ref.id}` : `${path}:${ref.id}`;
  return ref.tag === '' ? path : `${path}:${ref.tag}`;
}

/** Like {@link exact}, with `library` for a repository that is written as Docker Hub's without a namespace. */
export const formatReference = (ref: DockerReference): string =>
  exact(ref.namespace === '' && isDockerHub(ref.registry) ? { ...ref, namespace: 'library' } : ref);

/** Whether two references mean the same after {@link clientDefaults}. */
export function sameReference(a: DockerReference, b: DockerReference): boolean {
  const left = clientDefaults(a);
  const right = clientDefaults(b);
  return (
    left.registry === right.registry &&
    left.namespace === right.namespace &&
    left.name === right.name &&
    left.tag === right.tag &&
    left.id === right.id
  );
}

/** Host and port of `host:port` or `[v6]:port`; undefined when there is no port or there are too many colons. */
export function splitHostPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return undefined;
  const host = text.slice(0, colon);
  const bracketed = host.startsWith('[') && host.endsWith(']');
  if (!bracketed && host.includes(':')) return undefined;
  return { host: bracketed ? host.slice(1, -1) : host, port: text.slice(colon + 1) };
}

const asV2 = (ref: DockerReference): DockerReference =>
  ref.registry === DOCKER_HUB || ref.registry === DOCKER_HUB_V1 ? { ...ref, registry: DOCKER_HUB_V2 } : ref;
