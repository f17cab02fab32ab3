import type { ImageLayer, ImageManifestEntry } from '#lib/events';
import { isJsonObject, ownValue } from './field-table.js';
import type { JsonObject } from './field-table.js';
import { isListMediaType, OCI_INDEX, SCHEMA_1_LAYER } from './media-types.js';

/** What a manifest says of the image, whatever format it is in. */
export type ManifestContent =
  /** A manifest list or an index. */
  | { readonly kind: 'list'; readonly mediaType: string; readonly entries: readonly ImageManifestEntry[] }
  /** Schema 1, as sent: newest layer first, and one text of v1 compatibility data for each. */
  | { readonly kind: 'schema1'; readonly blobSums: readonly string[]; readonly history: readonly string[] }
  /** Schema 2 or an OCI manifest. */
  | {
      readonly kind: 'schema2';
      readonly mediaType: string;
      readonly configDigest: string;
      readonly layers: readonly ImageLayer[];
    }
  | { readonly kind: 'unrecognized'; readonly schemaVersion: number };

/** A manifest that cannot be read. The message never holds its text. */
export class UnreadableManifestError extends Error {
  constructor(why: string) {
    super(`the manifest cannot be read: ${why}`);
    this.name = 'UnreadableManifestError';
  }
}

/** Longest manifest or configuration that is looked at, in characters: registries accept 4 MiB. */
export const MAX_MANIFEST_LENGTH = 4 * 1024 * 1024;

/**
 * Reads a manifest.
 *
 * @param mediaType what the image says that its manifest is; used where the manifest itself is silent, as an OCI index may be.
 * @throws UnreadableManifestError
 */
export function readManifest(text: string, mediaType: string): ManifestContent {
  const json = parseObject(text);
  const own = textOf(json, 'mediaType');
  if (isListMediaType(own)) return list(json, own);
  if (own === '' && isListMediaType(mediaType)) return list(json, mediaType);

  const schemaVersion = integerOf(json, 'schemaVersion');
  if (schemaVersion === 1) return schema1(json);
  if (schemaVersion !== 2) return { kind: 'unrecognized', schemaVersion };
  if (own === '' && Array.isArray(ownValue(json, 'manifests'))) return list(json, OCI_INDEX);
  return {
    kind: 'schema2',
    mediaType: own,
    configDigest: textOf(objectOf(json, 'config'), 'digest'),
    layers: objectsOf(json, 'layers').map((layer) => ({
      name: textOf(layer, 'digest'),
      size: sizeOf(layer),
      mediaType: textOf(layer, 'mediaType'),
    })),
  };
}

function schema1(json: JsonObject): ManifestContent {
  return {
    kind: 'schema1',
    blobSums: objectsOf(json, 'fsLayers').map((layer) => textOf(layer, 'blobSum')),
    history: objectsOf(json, 'history').map((entry) => textOf(entry, 'v1Compatibility')),
  };
}

/** The layers of a schema 1 manifest, base first. The manifest and its history must be of the same length. */
export const schema1Layers = (blobSums: readonly string[], history: readonly string[]): readonly ImageLayer[] =>
  blobSums
    .map((name, index) => ({ name, size: v1CompatibilitySize(history[index] ?? ''), mediaType: SCHEMA_1_LAYER }))
    .reverse();

/** 0 where the entry says nothing usable: the importer then asks the registry. */
function v1CompatibilitySize(text: string): number {
  try {
    const json: unknown = JSON.parse(text);
    const size = isJsonObject(json) ? ownValue(json, 'Size') : undefined;
    return Number.isSafeInteger(size) && (size as number) > 0 ? (size as number) : 0;
  } catch {
    return 0;
  }
}

function list(json: JsonObject, mediaType: string): ManifestContent {
  const entries = objectsOf(json, 'manifests').map((entry): ImageManifestEntry => {
    const platform = objectOf(entry, 'platform');
    const variant = textOf(platform, 'variant');
    return {
      digest: textOf(entry, 'digest'),
      mediaType: textOf(entry, 'mediaType'),
      manifestSize: sizeOf(entry),
      architecture: textOf(platform, 'architecture'),
      os: textOf(platform, 'os'),
      ...(variant === '' ? {} : { variant }),
    };
  });
  return { kind: 'list', mediaType, entries };
}

function parseObject(text: string): JsonObject {
  if (text.length > MAX_MANIFEST_LENGTH) throw new UnreadableManifestError('it is too long');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnreadableManifestError('it is not JSON');
  }
  if (!isJsonObject(json)) throw new UnreadableManifestError('it is not a JSON object');
  return json;
}

function textOf(json: JsonObject, key: string): string {
  const value = ownValue(json, key) ?? '';
  if (typeof value !== 'string') throw new UnreadableManifestError(`${key} must be a string`);
  return value;
}

function integerOf(json: JsonObject, key: string): number {
  const value = ownValue(json, key) ?? 0;
  if (!Number.isSafeInteger(value)) throw new UnreadableManifestError(`${key} must be an integer`);
  return value as number;
}

function sizeOf(json: JsonObject): number {
  const size = integerOf(json, 'size');
  if (size < 0) throw new UnreadableManifestError('size must not be negative');
  return size;
}

function objectOf(json: JsonObject, key: string): JsonObject {
  const value = ownValue(json, key) ?? {};
  if (!isJsonObject(value)) throw new UnreadableManifestError(`${key} must be an object`);
  return value;
}

function objectsOf(json: JsonObject, key: string): readonly JsonObject[] {
  const value = ownValue(json, key) ?? [];
  if (!Array.isArray(value) || !value.every(isJsonObject)) {
    throw new UnreadableManifestError(`${key} must be a list of objects`);
  }
  return value;
}
