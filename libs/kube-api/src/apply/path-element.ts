import {
  isJsonObject,
  ownValue,
  setOwn,
  type JsonObject,
  type JsonValue,
  type MutableJsonObject,
} from '../schema/json.js';

/*
 * Elements of field paths, in the words of FieldsV1.
 */

export const fieldElement = (name: string): string => `f:${name}`;

/** An element of a list that is identified by one of its fields. */
export const keyElement = (mergeKey: string, value: JsonValue): string => `k:${JSON.stringify({ [mergeKey]: value })}`;

/** An element of a list that is a set of plain values. */
export const valueElement = (value: JsonValue): string => `v:${JSON.stringify(value)}`;

/** The same element as this server writes it: clients may order keys and escape texts in another way. */
export function canonicalElement(element: string): string | undefined {
  const kind = element.slice(0, 2);
  const rest = element.slice(2);
  switch (kind) {
    case 'f:':
      return element;
    case 'i:':
      return /^\d{1,9}$/.test(rest) ? element : undefined;
    case 'v:': {
      const value = parsed(rest);
      return value === undefined ? undefined : valueElement(value);
    }
    case 'k:': {
      const keys = parsed(rest);
      return isJsonObject(keys) ? `k:${JSON.stringify(sorted(keys))}` : undefined;
    }
    default:
      return undefined;
  }
}

/** A path as it stands in conflicts: `.spec.tags[name="latest"].from.name`. */
export const printPath = (path: readonly string[]): string => path.map(printElement).join('');

function printElement(element: string): string {
  const rest = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'k:': {
      const keys = parsed(rest);
      const entries = isJsonObject(keys) ? Object.entries(keys) : [];
      return `[${entries.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v:':
      return `[=${rest}]`;
    case 'i:':
      return `[${rest}]`;
    default:
      return `.${rest}`;
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function sorted(keys: JsonObject): JsonObject {
  const result: MutableJsonObject = {};
  for (const key of Object.keys(keys).sort()) setOwn(result, key, ownValue(keys, key) ?? null);
  return result;
}
