import { RegistryError } from '../registry-error.js';
import { digestAt, isObject, malformed, parseJsonObject, text, type JsonObject } from './json-document.js';
import type { Descriptor, ImageManifest, IndexEntry, Manifest, ManifestIndex, Platform } from './manifest.js';
import { bareMediaType, isManifestMediaType, MediaType, type ManifestMediaType } from './media-types.js';
import { parseSchema1 } from './schema1.js';

/**
 * Reads a manifest as a registry served it.
 *
 * `Content-Type` says what it is. Where that is a general type (`application/json`, nothing, …) the document's own
 * `mediaType` decides, and without one its shape. A document that contradicts its `Content-Type`, or that is an image
 * and an index at once, is refused: two readers could take the same digest for different things.
 *
 * @throws RegistryError `unsupported-manifest` or `malformed`
 */
export function parseManifest(bytes: Uint8Array, contentType?: string): Manifest {
  const served = bareMediaType(contentType);
  if (served !== '' && !isManifestMediaType(served) && !GENERAL_TYPES.has(served)) throw unsupported(served);

  const document = parseJsonObject(bytes);
  const type = isManifestMediaType(served) ? served : sniff(document);
  const own = document['mediaType'];
  if (typeof own === 'string' && own !== '' && own !== type && !bothSchema1(own, type)) {
    throw malformed(`the manifest calls itself ${quoted(own)} but was served as ${type}`);
  }
  if ('manifests' in document && ('layers' in document || 'config' in document)) {
    throw malformed('the manifest is an image and an index at once');
  }

  switch (type) {
    case MediaType.dockerSchema1:
    case MediaType.dockerSchema1Signed:
      return parseSchema1(bytes, document, type);
    case MediaType.dockerSchema2:
    case MediaType.ociManifest:
      return imageManifest(document, type);
    case MediaType.dockerManifestList:
    case MediaType.ociIndex:
      return manifestIndex(document, type);
  }
}

/** Types that registries and proxies put on content they do not look into. */
const GENERAL_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/octet-stream',
  'binary/octet-stream',
  'text/plain',
]);

function sniff(document: JsonObject): ManifestMediaType {
  const own = document['mediaType'];
  if (typeof own === 'string' && own !== '') {
    if (isManifestMediaType(own)) return own;
    throw unsupported(own);
  }
  switch (document['schemaVersion']) {
    case 1:
      return 'signatures' in document ? MediaType.dockerSchema1Signed : MediaType.dockerSchema1;
    case 2:
      return 'manifests' in document ? MediaType.ociIndex : MediaType.ociManifest;
    default:
      throw malformed('the manifest says neither a media type nor a known schema version');
  }
}

const bothSchema1 = (a: string, b: ManifestMediaType): boolean =>
  (a === MediaType.dockerSchema1 || a === MediaType.dockerSchema1Signed) &&
  (b === MediaType.dockerSchema1 || b === MediaType.dockerSchema1Signed);

function imageManifest(document: JsonObject, mediaType: ImageManifest['mediaType']): ImageManifest {
  requireSchemaVersion2(document);
  const layers = document['layers'] ?? [];
  if (!Array.isArray(layers)) throw malformed('the layers of the manifest are not a list');
  return {
    kind: 'image',
    mediaType,
    config: descriptor(document['config'], 'config'),
    layers: layers.map((layer, index) => descriptor(layer, `layers[${index}]`)),
  };
}

function manifestIndex(document: JsonObject, mediaType: ManifestIndex['mediaType']): ManifestIndex {
  requireSchemaVersion2(document);
  const manifests = document['manifests'] ?? [];
  if (!Array.isArray(manifests)) throw malformed('the manifests of the index are not a list');
  return { kind: 'index', mediaType, manifests: manifests.map(indexEntry) };
}

function requireSchemaVersion2(document: JsonObject): void {
  if (document['schemaVersion'] !== 2) throw malformed('the schema version of the manifest is not 2');
}

function indexEntry(value: unknown, index: number): IndexEntry {
  const entry = descriptor(value, `manifests[${index}]`);
  const platform = isObject(value) ? value['platform'] : undefined;
  return isObject(platform) ? { ...entry, platform: platformOf(platform) } : entry;
}

function platformOf(value: JsonObject): Platform {
  const variant = text(value['variant']);
  return {
    architecture: text(value['architecture']),
    os: text(value['os']),
    ...(variant !== '' && { variant }),
  };
}

function descriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw malformed(`${where} of the manifest is missing or not an object`);
  const size = value['size'] ?? 0;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw malformed(`${where}.size of the manifest is not a size`);
  }
  return { mediaType: text(value['mediaType']), digest: digestAt(value['digest'], `${where}.digest`), size };
}

const unsupported = (type: string): RegistryError =>
  new RegistryError('unsupported-manifest', `unsupported image manifest type: ${type.slice(0, 200)}`);

const quoted = (value: string): string => JSON.stringify(value.slice(0, 200));
