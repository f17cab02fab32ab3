import { isJsonObject, ownValue, setOwn, type JsonObject, type MutableJsonObject } from '../schema/json.js';

/** What clients decide of an object's metadata. Everything else is its identity, or the server's to count. */
const METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;
const IDENTITY = ['kind', 'apiVersion', 'metadata'];

/**
 * The part of an object whose fields have owners.
 *
 * The status is written by the server and, as a subresource, by those who write nothing else of the object.
 */
export function ownedPart(object: JsonObject, subresource: string): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const ownedMetadata = only(metadata, isOwnedMetadata);
  const result: MutableJsonObject = Object.keys(ownedMetadata).length === 0 ? {} : { metadata: ownedMetadata };
  for (const key of Object.keys(object)) {
    if (!IDENTITY.includes(key) && isOwnedField(key, subresource)) setOwn(result, key, ownValue(object, key) ?? null);
  }
  return result;
}

/** An object with the part of it that has owners replaced. */
export function withOwnedPart(object: JsonObject, part: JsonObject, subresource: string): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const owned = isJsonObject(part['metadata']) ? part['metadata'] : {};
  return {
    ...only(object, (key) => IDENTITY.includes(key) || !isOwnedField(key, subresource)),
    ...part,
    metadata: { ...only(metadata, (key) => !isOwnedMetadata(key)), ...owned },
  };
}

const isOwnedMetadata = (key: string): boolean => METADATA.some((known) => known === key);

const isOwnedField = (key: string, subresource: string): boolean =>
  subresource === 'status' ? key === 'status' : key !== 'status';

function only(object: JsonObject, wanted: (key: string) => boolean): JsonObject {
  const result: MutableJsonObject = {};
  for (const key of Object.keys(object)) if (wanted(key)) setOwn(result, key, ownValue(object, key) ?? null);
  return result;
}
