import { isJsonObject, setOwn, type JsonObject, type JsonValue, type MutableJsonObject } from '../schema/json.js';
import { byElement, fieldSet, isEmptySet, NO_FIELDS, ONE_FIELD, type FieldSet } from './field-set.js';
import { canonicalElement } from './path-element.js';

/** Stands inside a path for the path itself. */
const SELF = '.';

/** A set of fields in the format FieldsV1 of `managedFields`. */
export function encodeFields(set: FieldSet): JsonObject {
  const result: MutableJsonObject = {};
  // A path that ends here and from which none goes on is an empty object; only where paths go on it needs a word.
  if (set.isMember && set.children.size > 0) result[SELF] = {};
  for (const [element, child] of [...set.children].sort(byElement)) setOwn(result, element, encodeFields(child));
  return result;
}

/** @returns `undefined` for what is no set of fields. */
export function decodeFields(json: JsonValue | undefined): FieldSet | undefined {
  if (!isJsonObject(json)) return undefined;
  const set = decodeNode(json);
  // At the root an empty object is no field at all.
  return set === ONE_FIELD ? NO_FIELDS : set;
}

function decodeNode(json: JsonObject): FieldSet | undefined {
  const children: [string, FieldSet][] = [];
  let isMember = false;
  for (const [key, value] of Object.entries(json)) {
    if (!isJsonObject(value)) return undefined;
    if (key === SELF) {
      isMember = true;
      continue;
    }
    const element = canonicalElement(key);
    const child = element === undefined ? undefined : decodeNode(value);
    if (element === undefined || child === undefined) return undefined;
    children.push([element, child]);
  }
  const set = fieldSet(isMember, children);
  return isEmptySet(set) ? ONE_FIELD : set;
}
