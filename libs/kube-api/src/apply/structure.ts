import {
  isJsonArray,
  isJsonObject,
  ownValue,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../schema/json.js';
import { fieldsOf, type Schema } from '../schema/schema.js';
import { fieldElement, keyElement, valueElement } from './path-element.js';

/** A part of a value that can have an owner of its own. */
export interface Part {
  readonly element: string;
  readonly value: JsonValue;
  readonly schema: Schema | undefined;
  /** Whether it is an element of a list, which is there by its own right and not only by what it holds. */
  readonly isItem: boolean;
  /** Where it stands in the object or list. */
  readonly at: string | number;
}

/**
 * The parts of a value. Objects and maps consist of their fields, lists with a merge key and sets of their elements;
 * everything else is owned as a whole.
 *
 * @returns `undefined` for a value that has no parts.
 */
export function partsOf(schema: Schema | undefined, value: JsonValue): readonly Part[] | undefined {
  if (isJsonObject(value)) return isGranular(schema) ? objectParts(schema, value) : undefined;
  if (isJsonArray(value)) return listParts(schema, value);
  return undefined;
}

/** How the elements of a list are told apart; `undefined` for a list that is owned as a whole. */
export function listKind(schema: Schema | undefined): { readonly mergeKey: string } | 'set' | undefined {
  if (schema?.type !== 'array' || schema.patch?.strategy !== 'merge') return undefined;
  return schema.patch.mergeKey === undefined ? 'set' : { mergeKey: schema.patch.mergeKey };
}

function isGranular(schema: Schema | undefined): boolean {
  return (schema?.type === 'object' || schema?.type === 'map') && schema.patch?.strategy !== 'replace';
}

function objectParts(schema: Schema | undefined, value: JsonObject): readonly Part[] {
  const parts: Part[] = [];
  for (const key of Object.keys(value)) {
    const field = ownValue(value, key) ?? null;
    // What is null is not there, as everywhere in Kubernetes.
    if (field === null) continue;
    parts.push({ element: fieldElement(key), value: field, schema: fieldSchema(schema, key), isItem: false, at: key });
  }
  return parts;
}

function listParts(schema: Schema | undefined, list: JsonArray): readonly Part[] | undefined {
  const kind = listKind(schema);
  if (kind === undefined) return undefined;
  const items = schema?.type === 'array' ? schema.items : undefined;
  return list.map((value, at) => ({
    element: kind === 'set' ? valueElement(value) : keyElement(kind.mergeKey, keyValue(value, kind.mergeKey)),
    value,
    schema: items,
    isItem: true,
    at,
  }));
}

const keyValue = (item: JsonValue, mergeKey: string): JsonValue =>
  isJsonObject(item) ? (ownValue(item, mergeKey) ?? null) : null;

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === 'map') return schema.values;
  if (schema?.type !== 'object') return undefined;
  const fields = fieldsOf(schema);
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
