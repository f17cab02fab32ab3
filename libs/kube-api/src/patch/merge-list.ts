import { isJsonObject, ownValue } from '../schema/json.js';
import type { JsonArray, JsonObject, JsonValue } from '../schema/json.js';
import { malformedPatch } from './patch-error.js';

export interface MergedList {
  readonly items: JsonArray;
  /** What identifies an element; absent where the whole element does. */
  readonly mergeKey: string | undefined;
}

/**
 * A list of objects merged by `mergeKey`. Elements may be directives: `{$patch: replace}` makes the patch the whole
 * list, `{<mergeKey>: x, $patch: delete}` takes elements away.
 */
export function mergeKeyedList(
  current: JsonArray,
  patch: JsonArray,
  mergeKey: string,
  merge: (before: JsonObject, change: JsonObject) => JsonObject,
): JsonArray {
  const changes = patch.map((item) => {
    if (!isJsonObject(item)) throw malformedPatch(`an element of a list with the merge key ${mergeKey} is an object`);
    return item;
  });
  const isReplaced = changes.some((item) => isReplaceDirective(item, mergeKey));
  const deleted = new Set<string>();
  const elements = new Map<string, JsonValue>();
  const unkeyed: JsonValue[] = [];
  if (!isReplaced) {
    for (const item of changes) if (ownValue(item, '$patch') === 'delete') deleted.add(requiredKey(item, mergeKey));
    for (const item of current) {
      const key = keyOf(item, mergeKey);
      if (key === undefined) unkeyed.push(item);
      else if (!deleted.has(key)) elements.set(key, item);
    }
  }
  for (const item of changes) {
    if (isReplaceDirective(item, mergeKey) || ownValue(item, '$patch') === 'delete') continue;
    const key = requiredKey(item, mergeKey);
    const before = elements.get(key);
    elements.set(key, merge(isJsonObject(before) ? before : {}, item));
  }
  const merged = [...unkeyed, ...elements.values()];
  return isReplaced ? merged : orderAs(merged, changes, current, mergeKey);
}

/** A list of plain values as a set: what is new is added, and the values of the patch stand in its order. */
export function mergeSet(current: JsonArray, patch: JsonArray): JsonArray {
  const values = new Map<string | undefined, JsonValue>();
  for (const item of [...current, ...patch]) values.set(keyOf(item, undefined), item);
  return orderAs([...values.values()], patch, current, undefined);
}

/**
 * Elements that `order` names stand in its order; the others keep their place relative to their former neighbours.
 * The rule is apimachinery's, down to where elements land that have no former place.
 */
export function orderAs(
  items: JsonArray,
  order: JsonArray,
  former: JsonArray,
  mergeKey: string | undefined,
): JsonArray {
  const rank = ranks(order, mergeKey);
  const place = ranks(former, mergeKey);
  const rankOf = (item: JsonValue): number | undefined => rank.get(keyOf(item, mergeKey));
  const placeOf = (item: JsonValue): number | undefined => place.get(keyOf(item, mergeKey));
  const ordered = items
    .filter((item) => rankOf(item) !== undefined)
    .sort((a, b) => (rankOf(a) ?? 0) - (rankOf(b) ?? 0));
  const others = items
    .filter((item) => rankOf(item) === undefined)
    .sort((a, b) => (placeOf(a) ?? 0) - (placeOf(b) ?? 0));
  const result: JsonValue[] = [];
  let next = 0;
  for (const item of ordered) {
    const at = placeOf(item);
    while (at !== undefined && next < others.length && (placeOf(others[next] ?? null) ?? at) < at) {
      result.push(others[next++] ?? null);
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

/** A text that is the same for the same element. */
export function keyOf(item: JsonValue, mergeKey: string | undefined): string | undefined {
  if (mergeKey === undefined) return JSON.stringify(item);
  const key = isJsonObject(item) ? ownValue(item, mergeKey) : undefined;
  return key === undefined ? undefined : JSON.stringify(key);
}

function requiredKey(item: JsonObject, mergeKey: string): string {
  const key = keyOf(item, mergeKey);
  if (key === undefined) throw malformedPatch(`a list element does not contain declared merge key: ${mergeKey}`);
  return key;
}

function isReplaceDirective(item: JsonObject, mergeKey: string): boolean {
  return ownValue(item, '$patch') === 'replace' && !Object.hasOwn(item, mergeKey);
}

/** Of elements that stand several times, the first place counts. */
function ranks(list: JsonArray, mergeKey: string | undefined): ReadonlyMap<string | undefined, number> {
  const found = new Map<string | undefined, number>();
  for (const [index, item] of list.entries()) {
    const key = keyOf(item, mergeKey);
    if (key !== undefined && !found.has(key)) found.set(key, index);
  }
  return found;
}
