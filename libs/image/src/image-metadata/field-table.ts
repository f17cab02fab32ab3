import { normaliseTime } from './wire-time.js';

/** `set` is a JSON object whose values mean nothing; `map` one whose values are texts. */
export type FieldKind = 'text' | 'integer' | 'flag' | 'texts' | 'set' | 'map' | 'time';

/** Which keys of a JSON object are known, and what each holds. */
export type FieldTable<T> = { readonly [K in keyof T]-?: FieldKind };

/** A known key holds something of another type. The message names the key, never the value. */
export class UnreadableFieldError extends Error {
  constructor(path: string, wanted: string) {
    super(`${path} must be ${wanted}`);
    this.name = 'UnreadableFieldError';
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of an own key; JSON from outside may be silent about it or say null, which is the same. */
export const ownValue = (json: JsonObject, key: string): unknown =>
  Object.hasOwn(json, key) ? (json[key] ?? undefined) : undefined;

/**
 * Copies the known keys of a JSON object, leaving out those that are empty.
 *
 * @throws UnreadableFieldError when a known key holds something of another type.
 */
export function readFields<T>(json: unknown, table: FieldTable<T>, path: string): T {
  if (!isJsonObject(json)) throw new UnreadableFieldError(path, 'an object');
  const result: Record<string, unknown> = {};
  for (const key in table) {
    const raw = ownValue(json, key);
    if (raw === undefined) continue;
    const value = readValue(raw, table[key], `${path}.${key}`);
    if (value !== undefined) result[key] = value;
  }
  return result as T;
}

/** One value of a known kind; `undefined` when it is empty. */
export function readValue(value: unknown, kind: FieldKind, path: string): unknown {
  switch (kind) {
    case 'text':
      return text(value, path) || undefined;
    case 'integer':
      if (!Number.isSafeInteger(value)) throw new UnreadableFieldError(path, 'an integer');
      return value === 0 ? undefined : value;
    case 'flag':
      if (typeof value !== 'boolean') throw new UnreadableFieldError(path, 'true or false');
      return value || undefined;
    case 'texts':
      if (!Array.isArray(value)) throw new UnreadableFieldError(path, 'a list of strings');
      return value.length === 0 ? undefined : value.map((item: unknown) => text(item ?? '', path));
    case 'set':
      return entries(value, path, () => ({}));
    case 'map':
      return entries(value, path, (item) => text(item ?? '', path));
    case 'time': {
      const time = normaliseTime(text(value, path));
      if (time === undefined) throw new UnreadableFieldError(path, 'a time as RFC 3339 writes it');
      return time ?? undefined;
    }
  }
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new UnreadableFieldError(path, 'a string');
  return value;
}

/** `Object.fromEntries` defines keys, so that one called `__proto__` stays a plain key. */
function entries(value: unknown, path: string, read: (item: unknown) => unknown): object | undefined {
  if (!isJsonObject(value)) throw new UnreadableFieldError(path, 'an object');
  const keys = Object.keys(value);
  return keys.length === 0 ? undefined : Object.fromEntries(keys.map((key) => [key, read(value[key])]));
}
