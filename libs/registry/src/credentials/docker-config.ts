import type { Credentials } from './credential-source.js';

/** `dockercfg` maps hosts to entries; `dockerconfigjson` has that map under `auths`. */
export type DockerConfigFormat = 'dockercfg' | 'dockerconfigjson';

/** One entry of a Docker configuration: where it holds, and what it grants. */
export interface DockerConfigEntry {
  /** As written: a host, a host with path, or a URL; host labels may hold wildcards. */
  readonly location: string;
  readonly credentials: Credentials;
}

/** A file that is no Docker configuration. The message never shows any of its content. */
export class InvalidDockerConfigError extends Error {
  override readonly name = 'InvalidDockerConfigError';
}

/**
 * Reads the credentials of a Docker configuration file. Entries without usable credentials (a credential helper's, a
 * broken `auth`) are left out: one bad entry must not take the others away.
 *
 * @throws InvalidDockerConfigError
 */
export function parseDockerConfig(text: string, format: DockerConfigFormat): readonly DockerConfigEntry[] {
  if (text.length > MAX_LENGTH)
    throw new InvalidDockerConfigError(`the ${format} is longer than ${MAX_LENGTH} characters`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new InvalidDockerConfigError(`the ${format} is not JSON`);
  }
  const entries = format === 'dockercfg' ? document : isObject(document) ? (document['auths'] ?? {}) : undefined;
  if (!isObject(entries)) throw new InvalidDockerConfigError(`the ${format} does not hold a map of registries`);
  return Object.entries(entries).flatMap(([location, value]) => {
    const credentials = isObject(value) ? credentialsOf(value) : undefined;
    return credentials === undefined ? [] : [{ location, credentials }];
  });
}

/** What fits into a Secret. */
const MAX_LENGTH = 1_048_576;

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function credentialsOf(entry: JsonObject): Credentials | undefined {
  const { auth, username, password } = entry;
  if (typeof auth === 'string' && auth !== '') return decodeAuth(auth);
  return typeof username === 'string' && typeof password === 'string' && username !== ''
    ? { username, password }
    : undefined;
}

function decodeAuth(auth: string): Credentials | undefined {
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon <= 0) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}
