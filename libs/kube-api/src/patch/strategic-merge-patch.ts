import { isJsonArray, isJsonObject, ownValue, setOwn } from '../schema/json.js';
import type { JsonArray, JsonObject, JsonValue, MutableJsonObject } from '../schema/json.js';
import { fieldsOf } from '../schema/schema.js';
import type { ObjectSchema, Schema } from '../schema/schema.js';
import { keyOf, mergeKeyedList, mergeSet, orderAs } from './merge-list.js';
import type { MergedList } from './merge-list.js';
import { malformedPatch } from './patch-error.js';

/**
 * Kubernetes' strategic merge patch: like a merge patch, but lists with a merge key in the schema are merged element by
 * element, and directives say what else is to happen. The object is not changed.
 *
 * Directives: `$patch: replace | delete | merge`, `$retainKeys`, `$setElementOrder/<list>`,
 * `$deleteFromPrimitiveList/<list>`.
 *
 * @throws ApiError BadRequest for a patch that cannot be understood
 */
export function strategicMergePatch(schema: ObjectSchema, current: JsonObject, patch: JsonValue): JsonObject {
  if (!isJsonObject(patch)) throw malformedPatch('a strategic merge patch is an object');
  return mergeObject(schema, current, patch);
}

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';

function mergeObject(schema: Schema | undefined, current: JsonObject, patch: JsonObject): JsonObject {
  const directive = ownValue(patch, PATCH);
  switch (directive) {
    case undefined:
    case 'merge':
      break;
    case 'delete':
      return {};
    case 'replace':
      return cleaned(schema, patch);
    default:
      throw malformedPatch('$patch is one of replace, delete and merge');
  }
  const result = retained(current, patch);
  const lists = new Set<string>();
  for (const key of Object.keys(patch)) {
    if (key === PATCH || key === RETAIN_KEYS) continue;
    const list = listNamedBy(key);
    if (list !== undefined) lists.add(list);
    else if (isJsonArray(patch[key]) && Object.hasOwn(patch, ORDER + key)) lists.add(key);
    else mergeField(result, key, schemaOf(schema, key), patch[key] ?? null);
  }
  for (const list of lists) mergeListWithDirectives(result, list, schemaOf(schema, list), patch);
  return result;
}

function listNamedBy(key: string): string | undefined {
  if (key.startsWith(ORDER)) return key.slice(ORDER.length);
  return key.startsWith(DELETE_FROM) ? key.slice(DELETE_FROM.length) : undefined;
}

function mergeField(result: MutableJsonObject, key: string, schema: Schema | undefined, value: JsonValue): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const before = ownValue(result, key);
  if (isJsonObject(value)) {
    const isReplaced = schema?.patch?.strategy === 'replace';
    const base = !isReplaced && isJsonObject(before) ? before : {};
    setOwn(result, key, mergeObject(schema, base, value));
  } else if (isJsonArray(value)) {
    setOwn(result, key, mergeList(schema, isJsonArray(before) ? before : [], value).items);
  } else setOwn(result, key, value);
}

/** A list by its strategy: replaced, merged by key, or merged as a set of plain values. */
function mergeList(schema: Schema | undefined, current: JsonArray, patch: JsonArray): MergedList {
  const items = schema?.type === 'array' ? schema.items : undefined;
  if (schema?.patch?.strategy !== 'merge') {
    return { items: patch.map((item) => (isJsonObject(item) ? cleaned(items, item) : item)), mergeKey: undefined };
  }
  const { mergeKey } = schema.patch;
  if (mergeKey === undefined) return { items: mergeSet(current, patch), mergeKey };
  return {
    items: mergeKeyedList(current, patch, mergeKey, (before, change) => mergeObject(items, before, change)),
    mergeKey,
  };
}

function mergeListWithDirectives(
  result: MutableJsonObject,
  key: string,
  schema: Schema | undefined,
  patch: JsonObject,
): void {
  const order = listOf(patch, ORDER + key);
  const unwanted = new Set((listOf(patch, DELETE_FROM + key) ?? []).map((item) => keyOf(item, undefined)));
  const change = ownValue(patch, key);
  // Removing the list, or making it something else, leaves nothing to arrange.
  if (change !== undefined && !isJsonArray(change)) return;
  const before = ownValue(result, key);
  if (change === undefined && !isJsonArray(before)) return;
  const current = isJsonArray(before) ? before : [];
  const kept = current.filter((item) => !unwanted.has(keyOf(item, undefined)));
  const mergeKey = schema?.patch?.strategy === 'merge' ? schema.patch.mergeKey : undefined;
  const merged = change === undefined ? { items: kept, mergeKey } : mergeList(schema, kept, change);
  const items = order === undefined ? merged.items : inOrder(merged, order, change ?? [], current);
  setOwn(result, key, items);
}

function inOrder({ items, mergeKey }: MergedList, order: JsonArray, change: JsonArray, current: JsonArray): JsonArray {
  const named = new Set(order.map((item) => keyOf(item, mergeKey)));
  for (const item of change) {
    const isDirective = isJsonObject(item) && Object.hasOwn(item, PATCH);
    if (!isDirective && !named.has(keyOf(item, mergeKey))) {
      throw malformedPatch('$setElementOrder does not name every element of the list that it orders');
    }
  }
  return orderAs(items, order, current, mergeKey);
}

function listOf(patch: JsonObject, key: string): JsonArray | undefined {
  const value = ownValue(patch, key);
  if (value === undefined || isJsonArray(value)) return value;
  throw malformedPatch(`${key.slice(0, key.indexOf('/'))} is a list`);
}

/** `$retainKeys` names all the fields that stay; a patch may set no others. */
function retained(current: JsonObject, patch: JsonObject): MutableJsonObject {
  const keys = ownValue(patch, RETAIN_KEYS);
  if (keys === undefined) return { ...current };
  if (!isJsonArray(keys) || !keys.every((key) => typeof key === 'string')) {
    throw malformedPatch('$retainKeys is a list of field names');
  }
  const kept = new Set<string>(keys);
  const isKept = (key: string): boolean => key.startsWith('$') || kept.has(key);
  if (!Object.keys(patch).every((key) => isKept(key) || patch[key] === null)) {
    throw malformedPatch('$retainKeys names every field that is present in the patch');
  }
  const result: MutableJsonObject = {};
  for (const key of Object.keys(current)) if (kept.has(key)) setOwn(result, key, current[key] ?? null);
  return result;
}

/** What a patch makes of nothing: itself, without directives and nulls. */
function cleaned(schema: Schema | undefined, patch: JsonObject): JsonObject {
  if (!Object.hasOwn(patch, PATCH)) return mergeObject(schema, {}, patch);
  const rest: MutableJsonObject = {};
  for (const key of Object.keys(patch)) if (key !== PATCH) setOwn(rest, key, patch[key] ?? null);
  return mergeObject(schema, {}, rest);
}

function schemaOf(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === 'map') return schema.values;
  if (schema?.type !== 'object') return undefined;
  const fields = fieldsOf(schema);
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
