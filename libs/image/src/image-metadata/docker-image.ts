import { readDockerConfig } from './docker-config.js';
import type { DockerConfig } from './docker-config.js';
import { isJsonObject, ownValue, readValue, UnreadableFieldError } from './field-table.js';
import type { FieldKind, JsonObject } from './field-table.js';

/** What an image says of itself: the content of `dockerImageMetadata`, whatever version it is written in. */
export interface DockerImage {
  readonly Id: string;
  readonly Parent?: string;
  readonly Comment?: string;
  /** RFC 3339, whole seconds; `null` when not known. */
  readonly Created: string | null;
  readonly Container?: string;
  readonly ContainerConfig: DockerConfig;
  readonly DockerVersion?: string;
  readonly Author?: string;
  readonly Config?: DockerConfig;
  readonly Architecture?: string;
  /** Bytes of the distinct layers and the configuration, compressed. */
  readonly Size?: number;
}

/** The two ways to write a {@link DockerImage}: `pre012` is how Docker itself spells the keys. */
export type DockerImageVersion = '1.0' | 'pre012';

export const EMPTY_DOCKER_IMAGE: DockerImage = { Id: '', Created: null, ContainerConfig: {} };

const KINDS: { readonly [K in keyof DockerImage]-?: FieldKind | 'config' } = {
  Id: 'text',
  Parent: 'text',
  Comment: 'text',
  Created: 'time',
  Container: 'text',
  ContainerConfig: 'config',
  DockerVersion: 'text',
  Author: 'text',
  Config: 'config',
  Architecture: 'text',
  Size: 'integer',
};

const PRE012_KEYS: { readonly [K in keyof DockerImage]-?: string } = {
  Id: 'id',
  Parent: 'parent',
  Comment: 'comment',
  Created: 'created',
  Container: 'container',
  ContainerConfig: 'container_config',
  DockerVersion: 'docker_version',
  Author: 'author',
  Config: 'config',
  Architecture: 'architecture',
  Size: 'size',
};

const KEYS = Object.keys(KINDS) as (keyof DockerImage)[];

const spelling = (key: keyof DockerImage, version: DockerImageVersion): string =>
  version === '1.0' ? key : PRE012_KEYS[key];

/**
 * Reads what an image says of itself. Keys that are unknown are dropped, and `kind` and `apiVersion` are not looked at.
 *
 * @throws UnreadableFieldError when a known key holds something of another type.
 */
export function readDockerImage(json: unknown, version: DockerImageVersion, path = 'dockerImageMetadata'): DockerImage {
  if (!isJsonObject(json)) throw new UnreadableFieldError(path, 'an object');
  const read: Record<string, unknown> = { ...EMPTY_DOCKER_IMAGE };
  for (const key of KEYS) {
    const name = spelling(key, version);
    const raw = ownValue(json, name);
    if (raw === undefined) continue;
    const kind = KINDS[key];
    const value =
      kind === 'config' ? readDockerConfig(raw, `${path}.${name}`) : readValue(raw, kind, `${path}.${name}`);
    if (value !== undefined) read[key] = value;
  }
  // The loop above fills each key from a table that the compiler holds against the interface.
  return read as unknown as DockerImage;
}

/** The object that stands in `dockerImageMetadata`. */
export function writeDockerImage(image: DockerImage, version: DockerImageVersion): JsonObject {
  const json: Record<string, unknown> = { kind: 'DockerImage', apiVersion: `image.openshift.io/${version}` };
  for (const key of KEYS) {
    const value = image[key];
    if (value !== undefined && value !== 0) json[spelling(key, version)] = value;
  }
  return json;
}
