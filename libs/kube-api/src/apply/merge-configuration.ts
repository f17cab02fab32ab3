import {
  isJsonArray,
  isJsonObject,
  setOwn,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  type MutableJsonObject,
} from '../schema/json.js';
import type { Schema } from '../schema/schema.js';
import { NO_FIELDS, type FieldSet } from './field-set.js';
import { partsOf, type Part } from './structure.js';

/** An object with an applied configuration laid over it. What the configuration does not name stays. */
export function mergeConfiguration(schema: Schema | undefined, live: JsonValue, config: JsonValue): JsonValue {
  const before = partsOf(schema, live);
  const wanted = partsOf(schema, config);
  if (before === undefined || wanted === undefined) return config;
  const merged = new Map(before.map((part) => [part.element, part]));
  for (const part of wanted) {
    const known = merged.get(part.element);
    const value = known === undefined ? part.value : mergeConfiguration(part.schema, known.value, part.value);
    merged.set(part.element, { ...part, value });
  }
  return assembled(live, [...merged.values()]);
}

/**
 * Takes out what `last` names and `kept` does not. Fields inside of it that nobody named go with an element of a list;
 * in an object they stay, and keep it.
 */
export function removeFields(schema: Schema | undefined, value: JsonValue, last: FieldSet, kept: FieldSet): JsonValue {
  const parts = partsOf(schema, value);
  if (parts === undefined) return value;
  return assembled(
    value,
    parts.flatMap((part) => {
      const named = last.children.get(part.element);
      if (named === undefined) return [part];
      const rest = remaining(part, named, kept.children.get(part.element) ?? NO_FIELDS);
      return rest === undefined ? [] : [{ ...part, value: rest }];
    }),
  );
}

function remaining({ schema, value, isItem }: Part, last: FieldSet, kept: FieldSet): JsonValue | undefined {
  const parts = partsOf(schema, value);
  const isGone = last.isMember && !kept.isMember;
  if (isItem || parts === undefined || parts.length === 0) {
    return isGone && (isItem || kept.children.size === 0) ? undefined : removeFields(schema, value, last, kept);
  }
  const rest = removeFields(schema, value, last, kept);
  const isEmptied = partsOf(schema, rest)?.length === 0;
  return isEmptied && !kept.isMember ? undefined : rest;
}

/** A value of the same form as `like`, made of parts. */
function assembled(like: JsonValue, parts: readonly Part[]): JsonObject | JsonArray {
  if (isJsonArray(like)) return parts.map(({ value }) => value);
  const result: MutableJsonObject = {};
  for (const { at, value } of parts) setOwn(result, String(at), value);
  return isJsonObject(like) ? result : {};
}
