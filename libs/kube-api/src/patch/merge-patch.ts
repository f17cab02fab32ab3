import { isJsonObject, ownValue, setOwn } from '../schema/json.js';
import type { JsonObject, JsonValue, MutableJsonObject } from '../schema/json.js';
import { malformedPatch } from './patch-error.js';

/**
 * RFC 7386: objects are merged, `null` removes, everything else replaces. The object is not changed.
 *
 * @throws ApiError BadRequest for a patch that is not an object
 */
export function mergePatch(current: JsonObject, patch: JsonValue): JsonObject {
  if (!isJsonObject(patch)) throw malformedPatch('a merge patch is an object');
  return merged(current, patch);
}

function merged(current: JsonValue | undefined, patch: JsonObject): JsonObject {
  const result: MutableJsonObject = isJsonObject(current) ? { ...current } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key] ?? null;
    if (value === null) delete result[key];
    else setOwn(result, key, isJsonObject(value) ? merged(ownValue(result, key), value) : value);
  }
  return result;
}
