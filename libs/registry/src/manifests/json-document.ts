import { isDigest, type Digest } from '../references/digest.js';
import { RegistryError } from '../registry-error.js';

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws RegistryError `malformed` when the bytes are not one JSON object in UTF-8. */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  const content = decodeText(bytes);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw malformed('the manifest is not JSON');
  }
  if (!isObject(value)) throw malformed('the manifest is not a JSON object');
  return value;
}

/**
 * Decodes strictly, because what is kept as text must give the same bytes, and so the same digest, again.
 *
 * @throws RegistryError `malformed`
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('the document is not UTF-8');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The digest at a place of a manifest. */
export function digestAt(value: unknown, where: string): Digest {
  if (typeof value !== 'string' || !isDigest(value)) throw malformed(`${where} of the manifest is not a digest`);
  return value;
}

/** A string as it is, anything else as the empty one. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const malformed = (message: string): RegistryError => new RegistryError('malformed', message);
