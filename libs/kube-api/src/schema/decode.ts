import { badRequest } from '../status.js';
import type { ApiError } from '../status.js';
import { isJsonArray, isJsonObject, MAX_JSON_DEPTH, setOwn } from './json.js';
import type { JsonObject, JsonValue, MutableJsonObject } from './json.js';
import { parseQuantity } from './quantity.js';
import { fieldsOf } from './schema.js';
import type { ArraySchema, IntegerSchema, MapSchema, ObjectSchema, RawSchema, Schema, StringSchema } from './schema.js';
import { goType, kindOf, versionOf } from './type-name.js';
import { normalTime, ZERO_TIME } from './wire-time.js';

/** What a body says in the terms of its schema. */
export interface Decoded {
  /** The known fields only; a new object, except that free-form parts are shared with the input. */
  readonly value: JsonObject;
  /** Paths of the fields that were dropped, such as `spec.tags[0].foo`; at most {@link MAX_UNKNOWN_FIELDS}. */
  readonly unknown: readonly string[];
}

/** @throws ApiError BadRequest where a value has another type than its field. */
export type Decoder = (json: JsonValue, path?: string) => Decoded;

/** Further unknown fields of one body are dropped without being named. */
export const MAX_UNKNOWN_FIELDS = 100;

/**
 * Turns a schema into functions once, so that reading a body costs no look at the schema.
 *
 * As with Go's decoder, `null` means absent in a field and the zero value in a list or map.
 */
export function compileDecoder(schema: ObjectSchema): Decoder {
  const known = compiled.get(schema);
  if (known) return known;
  const decodeRoot = readerOf(schema);
  const decoder: Decoder = (json, path = '') => {
    const reading = new Reading(schema, path);
    const value = decodeRoot(json ?? {}, reading, '');
    return { value: isJsonObject(value) ? value : {}, unknown: reading.unknown };
  };
  compiled.set(schema, decoder);
  return decoder;
}

/** One reading with a decoder that is compiled at its first use. */
export function decode(schema: ObjectSchema, json: JsonValue, path = ''): Decoded {
  return compileDecoder(schema)(json, path);
}

const compiled = new WeakMap<ObjectSchema, Decoder>();

/** Reads the value that stands under `key`; nothing stands for an absent field. */
type Reader = (value: JsonValue, reading: Reading, key: Key) => JsonValue | undefined;
type Key = string | number;

/** The place within one body, and what was found on the way. */
class Reading {
  readonly unknown: string[] = [];
  private readonly keys: Key[] = [];
  private depth = 0;

  constructor(
    private readonly root: ObjectSchema,
    private readonly base: string,
  ) {}

  enter(key: Key): void {
    if (this.depth > MAX_JSON_DEPTH) throw badRequest(`the body is nested more than ${MAX_JSON_DEPTH} levels deep`);
    this.keys[this.depth++] = key;
  }

  leave(): void {
    this.depth--;
  }

  dropped(key: string): void {
    if (this.unknown.length < MAX_UNKNOWN_FIELDS) this.unknown.push(this.pathTo(key));
  }

  refuse(key: Key, why: string): ApiError {
    const kind = kindOf(this.root);
    const path = this.pathTo(key);
    const where = path === '' ? 'body' : `field ${path}`;
    return badRequest(
      `${kind} in version "${versionOf(this.root)}" cannot be handled as a ${kind}: ${why.replace('%s', () => where)}`,
    );
  }

  mismatch(value: JsonValue, key: Key, wanted: Schema): ApiError {
    return this.refuse(key, `json: cannot unmarshal ${typeNameOf(value)} into %s of type ${goType(wanted)}`);
  }

  /** The first key is the root's, which has none. */
  private pathTo(key: Key): string {
    let path = this.base;
    for (let index = 1; index <= this.depth; index++) {
      const part = index === this.depth ? key : (this.keys[index] ?? '');
      path += typeof part === 'number' ? `[${part}]` : path === '' ? part : `.${part}`;
    }
    return path;
  }
}

function typeNameOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' && !Number.isSafeInteger(value) ? `number ${value}` : typeof value;
}

function readerOf(schema: Schema): Reader {
  switch (schema.type) {
    case 'string':
      return readString(schema);
    case 'integer':
      return readInteger(schema);
    case 'boolean':
      return (value, reading, key) => {
        if (typeof value === 'boolean') return value;
        if (value === null) return undefined;
        throw reading.mismatch(value, key, schema);
      };
    case 'array':
      return readArray(schema);
    case 'map':
      return readMap(schema);
    case 'raw':
      return readRaw(schema);
    case 'object':
      return readObject(schema);
  }
}

function readString(schema: StringSchema): Reader {
  const form = schema.format === undefined ? undefined : FORMS[schema.format];
  return (value, reading, key) => {
    if (typeof value === 'string') return form ? form(value, reading, key) : value;
    if (value === null) return undefined;
    if (typeof value === 'number' && schema.format === 'quantity') return FORMS.quantity(`${value}`, reading, key);
    throw reading.mismatch(value, key, schema);
  };
}

const FORMS = {
  'date-time': (value: string, reading: Reading, key: Key): string | undefined => {
    const normal = normalTime(value);
    if (normal === undefined) throw reading.refuse(key, 'cannot parse %s as an RFC 3339 time');
    return normal === ZERO_TIME ? undefined : normal;
  },
  byte: (value: string, reading: Reading, key: Key): string => {
    const text = /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, '') : value;
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
    const digits = padding === 0 ? text : text.slice(0, -padding);
    if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) throw reading.refuse(key, 'cannot read %s as base64');
    return text;
  },
  quantity: (value: string, reading: Reading, key: Key): string => {
    const parsed = parseQuantity(value);
    if (typeof parsed === 'string') throw reading.refuse(key, parsed);
    return parsed.text;
  },
} as const;

function readInteger(schema: IntegerSchema): Reader {
  // Beyond 2^53 a JavaScript number is no longer the number that was sent: refused rather than altered.
  const limit = schema.format === 'int32' ? 2 ** 31 : 2 ** 53;
  return (value, reading, key) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= -limit && value < limit) {
      return value === 0 ? 0 : value;
    }
    if (value === null) return undefined;
    throw reading.mismatch(value, key, schema);
  };
}

function readArray(schema: ArraySchema): Reader {
  const readItem = lazily(schema.items);
  const zero = zeroOf(schema.items);
  return (value, reading, key) => {
    if (value === null) return undefined;
    if (!isJsonArray(value)) throw reading.mismatch(value, key, schema);
    reading.enter(key);
    const items: JsonValue[] = [];
    for (let index = 0; index < value.length; index++) {
      items.push(readItem(value[index] ?? null, reading, index) ?? zero());
    }
    reading.leave();
    return items;
  };
}

function readMap(schema: MapSchema): Reader {
  const readValue = lazily(schema.values);
  const zero = zeroOf(schema.values);
  return (value, reading, key) => {
    if (value === null) return undefined;
    if (!isJsonObject(value)) throw reading.mismatch(value, key, schema);
    reading.enter(key);
    const entries: MutableJsonObject = {};
    for (const name of Object.keys(value)) {
      setOwn(entries, name, readValue(value[name] ?? null, reading, name) ?? zero());
    }
    reading.leave();
    return entries;
  };
}

function readRaw(schema: RawSchema): Reader {
  return (value, reading, key) => {
    if (value === null) return undefined;
    if (!isJsonObject(value)) throw reading.mismatch(value, key, schema);
    return value;
  };
}

function readObject(schema: ObjectSchema): Reader {
  // Shapes may refer to themselves, so their fields are looked at when the first value comes.
  let readers: ReadonlyMap<string, Reader> | undefined;
  return (value, reading, key) => {
    if (value === null) return undefined;
    if (!isJsonObject(value)) throw reading.mismatch(value, key, schema);
    readers ??= readersOf(schema);
    reading.enter(key);
    const object: MutableJsonObject = {};
    for (const name of Object.keys(value)) {
      const read = readers.get(name);
      if (read === undefined) {
        reading.dropped(name);
        continue;
      }
      const field = read(value[name] ?? null, reading, name);
      if (field !== undefined) object[name] = field;
    }
    reading.leave();
    return object;
  };
}

const readersOf = (schema: ObjectSchema): ReadonlyMap<string, Reader> =>
  new Map(Object.entries(fieldsOf(schema)).map(([name, field]) => [name, lazily(field)]));

function lazily(schema: Schema): Reader {
  let reader: Reader | undefined;
  return (value, reading, key) => {
    reader ??= readerOf(schema);
    return reader(value, reading, key);
  };
}

/** What Go leaves in a list or map where `null` stood. */
function zeroOf(schema: Schema): () => JsonValue {
  switch (schema.type) {
    case 'string':
      return () => '';
    case 'integer':
      return () => 0;
    case 'boolean':
      return () => false;
    case 'array':
      return () => [];
    case 'map':
    case 'raw':
    case 'object':
      return () => ({});
  }
}
