import { compileDecoder } from '../schema/decode.js';
import {
  isJsonArray,
  isJsonObject,
  setOwn,
  type JsonObject,
  type JsonValue,
  type MutableJsonObject,
} from '../schema/json.js';
import { MAX_ANNOTATION_BYTES } from '../schema/object-meta-validation.js';
import type { ObjectSchema } from '../schema/schema.js';
import { parseJsonBody } from '../schema/strict-json.js';
import { ApiError } from '../status.js';
import type { ObjectMeta } from '../storage/resource.js';
import { difference, NO_FIELDS, union, type FieldSet } from './field-set.js';
import { compareFields, fieldsNamedBy } from './fields-of-value.js';
import { ownedPart } from './owned-part.js';

/** Where a client-side apply keeps what it applied. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Under this name kubectl applies on the server when it is not told another. */
export const KUBECTL = 'kubectl';

/**
 * The fields that a client-side apply set and that still have the values it gave them. Somebody who goes on to apply them
 * on the server may take them over: it is the same person with a new tool.
 *
 * @param live - the part of the object that has owners.
 */
export function fieldsOfLastApplied(schema: ObjectSchema, live: JsonObject): FieldSet {
  const applied = lastApplied(schema, live);
  if (applied === undefined) return NO_FIELDS;
  const { modified, removed } = compareFields(schema, applied, live);
  return difference(fieldsNamedBy(schema, applied), union(modified, removed));
}

/**
 * The annotation for an object that has it, once a configuration was applied on the server: should its owner go back to
 * applying from the client, that starts from here.
 *
 * @returns nothing for a configuration that an annotation cannot hold.
 */
export function lastAppliedAnnotation(config: JsonObject): { readonly [LAST_APPLIED]?: string } {
  const { metadata } = config;
  const { annotations, ...rest } = isJsonObject(metadata) ? metadata : {};
  const { [LAST_APPLIED]: _before, ...others } = isJsonObject(annotations) ? annotations : {};
  const text = `${JSON.stringify(sorted({ ...config, metadata: { ...rest, annotations: others } }))}\n`;
  return Buffer.byteLength(text) > MAX_ANNOTATION_BYTES / 2 ? {} : { [LAST_APPLIED]: text };
}

export const hasLastApplied = ({ annotations = {} }: ObjectMeta): boolean => Object.hasOwn(annotations, LAST_APPLIED);

function sorted(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const result: MutableJsonObject = {};
  for (const key of Object.keys(value).sort()) setOwn(result, key, sorted(value[key] ?? null));
  return result;
}

function lastApplied(schema: ObjectSchema, { metadata }: JsonObject): JsonObject | undefined {
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined;
  const text = isJsonObject(annotations) ? annotations[LAST_APPLIED] : undefined;
  if (typeof text !== 'string') return undefined;
  try {
    return ownedPart(compileDecoder(schema)(parseJsonBody(text)).value, '');
  } catch (error) {
    // Anybody may write the annotation; one that cannot be read allows nothing.
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
