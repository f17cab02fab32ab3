import { equalJson, type JsonValue } from '../schema/json.js';
import type { Schema } from '../schema/schema.js';
import { fieldSet, NO_FIELDS, ONE_FIELD, type FieldSet } from './field-set.js';
import { partsOf, type Part } from './structure.js';

/** The fields that a configuration names: its leaves, and the elements of its lists. */
export function fieldsNamedBy(schema: Schema | undefined, value: JsonValue): FieldSet {
  const parts = partsOf(schema, value);
  if (parts === undefined || parts.length === 0) return ONE_FIELD;
  return fieldSet(
    false,
    parts.map((part) => {
      const fields = fieldsNamedBy(part.schema, part.value);
      return [part.element, part.isItem ? { ...fields, isMember: true } : fields];
    }),
  );
}

/** Every path of a value: leaves and what holds them. */
export function allFieldsOf(schema: Schema | undefined, value: JsonValue): FieldSet {
  const parts = partsOf(schema, value) ?? [];
  return fieldSet(
    true,
    parts.map((part) => [part.element, allFieldsOf(part.schema, part.value)]),
  );
}

/** What became different between two values of one shape. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export function compareFields(schema: Schema | undefined, before: JsonValue, after: JsonValue): Comparison {
  if (before === after) return SAME;
  const old = partsOf(schema, before);
  const now = partsOf(schema, after);
  if (old === undefined || now === undefined) return equalJson(before, after) ? SAME : MODIFIED;
  const added: [string, FieldSet][] = [];
  const modified: [string, FieldSet][] = [];
  const removed: [string, FieldSet][] = [];
  const left = byElement(old);
  for (const { element, schema: shape, value } of now) {
    const counterpart = left.get(element);
    left.delete(element);
    if (counterpart === undefined) {
      added.push([element, allFieldsOf(shape, value)]);
      continue;
    }
    const inner = compareFields(shape, counterpart.value, value);
    added.push([element, inner.added]);
    modified.push([element, inner.modified]);
    removed.push([element, inner.removed]);
  }
  for (const [element, part] of left) removed.push([element, allFieldsOf(part.schema, part.value)]);
  return { added: fieldSet(false, added), modified: fieldSet(false, modified), removed: fieldSet(false, removed) };
}

const SAME: Comparison = { added: NO_FIELDS, modified: NO_FIELDS, removed: NO_FIELDS };
const MODIFIED: Comparison = { ...SAME, modified: ONE_FIELD };

const byElement = (parts: readonly Part[]): Map<string, Part> => new Map(parts.map((part) => [part.element, part]));
