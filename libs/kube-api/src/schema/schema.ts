/**
 * The shape of an API object, said once.
 *
 * Discovery of unknown fields, pruning, type errors, OpenAPI v2 and v3 and strategic merge patch all read this one
 * description, so a field is added in one place. Shapes carry no rules beyond their own form: what a value may be is
 * validation, and lives with the resource.
 */
export type Schema = StringSchema | IntegerSchema | BooleanSchema | ArraySchema | MapSchema | ObjectSchema | RawSchema;

/** How a strategic merge patch treats this field; a list without `mergeKey` is replaced. */
export interface PatchHint {
  readonly strategy: 'merge' | 'replace';
  /** The field that identifies an element of the list. */
  readonly mergeKey?: string;
}

interface Described {
  /** What `kubectl explain` prints. */
  readonly description: string;
  readonly required?: boolean;
  /** Written to OpenAPI only: defaulting itself is done by the resource. */
  readonly default?: string | number | boolean;
  readonly patch?: PatchHint;
}

export interface StringSchema extends Described {
  readonly type: 'string';
  /** `date-time`: RFC 3339 with seconds; `byte`: base64; `quantity`: an amount, which may also come as a number. */
  readonly format?: 'date-time' | 'byte' | 'quantity';
  readonly enum?: readonly string[];
}

export interface IntegerSchema extends Described {
  readonly type: 'integer';
  readonly format: 'int32' | 'int64';
}

export interface BooleanSchema extends Described {
  readonly type: 'boolean';
}

export interface ArraySchema extends Described {
  readonly type: 'array';
  readonly items: Schema;
}

/** A JSON object with free keys and values of one shape. */
export interface MapSchema extends Described {
  readonly type: 'map';
  readonly values: Schema;
}

/** A JSON object with known fields. With a `definition` it becomes a named, shared OpenAPI component. */
export interface ObjectSchema extends Described {
  readonly type: 'object';
  /** OpenAPI component name, such as `com.github.openshift.api.image.v1.ImageStream`. */
  readonly definition?: string;
  /** A thunk where a shape refers to itself or to one that is declared later. */
  readonly fields: Readonly<Record<string, Schema>> | (() => Readonly<Record<string, Schema>>);
}

/** Any JSON object, kept as it is (`x-kubernetes-preserve-unknown-fields`). */
export interface RawSchema extends Described {
  readonly type: 'raw';
}

export type Fields = Readonly<Record<string, Schema>>;

/** The known fields of an object shape. */
export function fieldsOf(schema: ObjectSchema): Fields {
  return typeof schema.fields === 'function' ? schema.fields() : schema.fields;
}

type Hints = Omit<Described, 'description'>;

export const string = (
  description: string,
  hints: Hints & Pick<StringSchema, 'enum' | 'format'> = {},
): StringSchema => ({
  type: 'string',
  description,
  ...hints,
});
export const time = (description: string, hints: Hints = {}): StringSchema => ({
  type: 'string',
  format: 'date-time',
  description,
  ...hints,
});
/** An amount such as `10Gi`. */
export const quantity = (description: string, hints: Hints = {}): StringSchema => ({
  type: 'string',
  format: 'quantity',
  description,
  ...hints,
});
export const int64 = (description: string, hints: Hints = {}): IntegerSchema => ({
  type: 'integer',
  format: 'int64',
  description,
  ...hints,
});
export const int32 = (description: string, hints: Hints = {}): IntegerSchema => ({
  type: 'integer',
  format: 'int32',
  description,
  ...hints,
});
export const boolean = (description: string, hints: Hints = {}): BooleanSchema => ({
  type: 'boolean',
  description,
  ...hints,
});
export const array = (description: string, items: Schema, hints: Hints = {}): ArraySchema => ({
  type: 'array',
  description,
  items,
  ...hints,
});
export const map = (description: string, values: Schema, hints: Hints = {}): MapSchema => ({
  type: 'map',
  description,
  values,
  ...hints,
});
export const raw = (description: string, hints: Hints = {}): RawSchema => ({ type: 'raw', description, ...hints });

/** A named shape. Use {@link as} to give one of its uses a description of its own. */
export const object = (
  definition: string,
  description: string,
  fields: ObjectSchema['fields'],
  hints: Hints = {},
): ObjectSchema => ({ type: 'object', definition, description, fields, ...hints });

/** The same shape where it is used as a field, with what it means there. */
export const as = <S extends Schema>(schema: S, description: string, hints: Hints = {}): S => ({
  ...schema,
  description,
  ...hints,
});
