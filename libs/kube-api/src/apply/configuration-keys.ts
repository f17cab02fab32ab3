import { badRequest } from '../status.js';
import { isJsonArray, isJsonObject, ownValue, type JsonValue } from '../schema/json.js';
import type { Schema } from '../schema/schema.js';
import { printPath } from './path-element.js';
import { listKind, partsOf } from './structure.js';

/**
 * A configuration that is applied must say of every element of a list which one it is, and each only once: otherwise
 * nobody could tell what it owns.
 *
 * @throws ApiError 400
 */
export function assertDistinctElements(
  schema: Schema | undefined,
  value: JsonValue,
  path: readonly string[] = [],
): void {
  const kind = listKind(schema);
  if (isJsonArray(value) && kind !== undefined) {
    const seen = new Set<string>();
    for (const { element, value: item } of partsOf(schema, value) ?? []) {
      if (kind !== 'set' && (!isJsonObject(item) || ownValue(item, kind.mergeKey) === undefined)) {
        throw badRequest(`${printPath(path)}: every element of an applied list needs its key field "${kind.mergeKey}"`);
      }
      if (seen.has(element)) throw badRequest(`${printPath(path)}: duplicate entries for key ${printPath([element])}`);
      seen.add(element);
    }
  }
  for (const { element, schema: inner, value: part } of partsOf(schema, value) ?? []) {
    assertDistinctElements(inner, part, [...path, element]);
  }
}
