import { digestAt, isObject, malformed, text, type JsonObject } from './json-document.js';
import type { Schema1Manifest } from './manifest.js';
import { MediaType } from './media-types.js';

/**
 * Reads a schema 1 manifest.
 *
 * A signed one is the signed document with the signatures put in before its end. Each signature says how many bytes
 * came before them and what came after: cutting them out again gives the payload that the digest belongs to. The
 * signatures themselves prove nothing (the key travels with them) and are not checked.
 */
export function parseSchema1(
  bytes: Uint8Array,
  document: JsonObject,
  mediaType: Schema1Manifest['mediaType'],
): Schema1Manifest {
  if (document['schemaVersion'] !== 1) throw malformed('the schema version of the manifest is not 1');
  const signatures = document['signatures'];
  const signed = Array.isArray(signatures) && signatures.length > 0;
  return {
    kind: 'schema1',
    mediaType: signed ? MediaType.dockerSchema1Signed : mediaType,
    architecture: text(document['architecture']),
    fsLayers: list(document, 'fsLayers').map((layer, index) => ({
      blobSum: digestAt(isObject(layer) ? layer['blobSum'] : undefined, `fsLayers[${index}].blobSum`),
    })),
    history: list(document, 'history').map((entry) => ({
      v1Compatibility: text(isObject(entry) ? entry['v1Compatibility'] : undefined),
    })),
    canonicalPayload: signed ? signedPayload(bytes, signatures) : bytes,
  };
}

/** Docker never builds more layers than 127; this leaves room and keeps the number of size requests small. */
const MAX_LAYERS = 512;
const MAX_SIGNATURES = 32;

function list(document: JsonObject, key: string): readonly unknown[] {
  const value = document[key] ?? [];
  if (!Array.isArray(value)) throw malformed(`${key} of the manifest is not a list`);
  if (value.length > MAX_LAYERS) throw malformed(`${key} of the manifest has more than ${MAX_LAYERS} entries`);
  return value;
}

function signedPayload(bytes: Uint8Array, signatures: readonly unknown[]): Uint8Array {
  const [first, ...others] = signatures.slice(0, MAX_SIGNATURES).map(cutOf);
  if (first === undefined || first.length > bytes.length) throw noCanonicalForm();
  const agree = others.every((other) => other.length === first.length && other.tail.equals(first.tail));
  if (!agree) throw noCanonicalForm();
  return Buffer.concat([bytes.subarray(0, first.length), first.tail]);
}

interface Cut {
  /** Bytes before the signatures. */
  readonly length: number;
  /** What follows them. */
  readonly tail: Buffer;
}

function cutOf(signature: unknown): Cut {
  const header = isObject(signature) ? signature['protected'] : undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text(header), 'base64url').toString('utf8'));
  } catch {
    throw noCanonicalForm();
  }
  if (!isObject(parsed)) throw noCanonicalForm();
  const length = parsed['formatLength'];
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) throw noCanonicalForm();
  return { length, tail: Buffer.from(text(parsed['formatTail']), 'base64url') };
}

const noCanonicalForm = () => malformed('unable to load canonical representation from schema1 manifest');
