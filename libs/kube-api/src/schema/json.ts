import { badRequest } from '../status.js';

export type JsonValue = null | boolean | number | string | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export type JsonObject = { readonly [key: string]: JsonValue };

/** An object while it is being built. */
export type MutableJsonObject = { [key: string]: JsonValue };

/** Nesting that a body may have; deep enough for any API object, shallow enough for every recursive reader here. */
export const MAX_JSON_DEPTH = 256;

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** Own property or nothing: a key such as `constructor` never reaches a prototype. */
export function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a key that came from outside; `__proto__` becomes an ordinary property, as `JSON.parse` makes it. */
export function setOwn(object: MutableJsonObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') {
    object[key] = value;
    return;
  }
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A copy that shares nothing with the original. */
export function cloneJson(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(cloneJson);
  if (!isJsonObject(value)) return value;
  const copy: MutableJsonObject = {};
  for (const key of Object.keys(value)) setOwn(copy, key, cloneJson(value[key] ?? null));
  return copy;
}

/** Same value, whatever the order of keys. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (isJsonArray(a)) {
    if (!isJsonArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equalJson(item, b[index] ?? null));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key] ?? null, b[key] ?? null))
  );
}

/**
 * Refuses what later readers could not take: deeper than {@link MAX_JSON_DEPTH}, or a number such as `1e999` that has
 * become infinite while it was parsed.
 *
 * @throws ApiError BadRequest
 */
export function assertBounded(value: JsonValue, depth = MAX_JSON_DEPTH): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw badRequest('a number in the body is out of range');
  if (typeof value !== 'object' || value === null) return;
  if (depth === 0) throw badRequest(`the body is nested more than ${MAX_JSON_DEPTH} levels deep`);
  if (isJsonArray(value)) {
    for (const item of value) assertBounded(item, depth - 1);
    return;
  }
  for (const key of Object.keys(value)) assertBounded(value[key] ?? null, depth - 1);
}
