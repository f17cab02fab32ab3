import { ApiError } from '../status.js';
import { assertBounded, isJsonObject } from '../schema/json.js';
import type { JsonObject, JsonValue } from '../schema/json.js';
import type { ObjectSchema } from '../schema/schema.js';
import { parseJsonBody } from '../schema/strict-json.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import { malformedPatch } from './patch-error.js';
import { strategicMergePatch } from './strategic-merge-patch.js';

/** The forms of a patch, by the media type of its body. */
export const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
] as const;

/** A configuration for server-side apply, which is no patch but comes as one. */
export const APPLY_PATCH_TYPE = 'application/apply-patch+yaml';

export type PatchType = (typeof PATCH_TYPES)[number];

/**
 * What a patch makes of an object. The object is not changed, and the result is not yet held against the schema.
 *
 * @param contentType of the request; parameters such as `charset` are left alone
 * @throws ApiError UnsupportedMediaType, BadRequest for a malformed patch, Invalid for one that does not apply
 */
export function applyPatch(contentType: string, schema: ObjectSchema, current: JsonObject, body: string): JsonObject {
  const result = patched(patchTypeOf(contentType), schema, current, parseJsonBody(body));
  // Many small operations can nest a value deeper than any body could.
  assertBounded(result);
  if (!isJsonObject(result)) throw malformedPatch('the result is not an object');
  return result;
}

/** @throws ApiError UnsupportedMediaType with the list of those that are accepted */
export function patchTypeOf(contentType: string): PatchType {
  const mediaType = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  const type = PATCH_TYPES.find((known) => known === mediaType);
  if (type !== undefined) return type;
  throw new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${[...PATCH_TYPES, APPLY_PATCH_TYPE].join(', ')}`,
  );
}

function patched(type: PatchType, schema: ObjectSchema, current: JsonObject, patch: JsonValue): JsonValue {
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatch(current, patch);
    case 'application/merge-patch+json':
      return mergePatch(current, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMergePatch(schema, current, patch);
  }
}
