import type { JsonSchema } from './event-schemas.js';

/** What a schema promises, one line a property: its path, and its type or what it may be. */
export type Promises = Readonly<Record<string, string>>;

/** Flattens a schema, so that two of them can be compared property by property. */
export function promisesOf(schema: JsonSchema, path = ''): Promises {
  const { properties = {}, required = [], items, additionalProperties, anyOf } = schema as Shape;
  let promises: Record<string, string> = path === '' ? {} : { [path]: typeOf(schema) };
  for (const [name, property] of Object.entries(properties)) {
    if (property === undefined) continue;
    const mark = required.includes(name) ? '' : '?';
    promises = { ...promises, ...promisesOf(property, path === '' ? `${name}${mark}` : `${path}.${name}${mark}`) };
  }
  if (items !== undefined) promises = { ...promises, ...promisesOf(items, `${path}[]`) };
  if (typeof additionalProperties === 'object') {
    promises = { ...promises, ...promisesOf(additionalProperties, `${path}.*`) };
  }
  for (const [index, option] of (anyOf ?? []).entries()) {
    promises = { ...promises, ...promisesOf(option, `${path}|${index}`) };
  }
  return promises;
}

/**
 * What of a released version no longer holds. New properties are no break, and neither are new values of a closed list,
 * which consumers are told to expect.
 */
export function brokenPromises(released: Promises, current: Promises): readonly string[] {
  const known = new Map(Object.entries(current).map(([path, type]) => [bare(path), { path, type }]));
  return Object.entries(released).flatMap(([path, type]) => {
    const now = known.get(bare(path));
    if (now === undefined) return [`${bare(path)} is gone`];
    if (isOptional(now.path) && !isOptional(path)) return [`${bare(path)} is no longer always there`];
    return isWithin(type, now.type) ? [] : [`${bare(path)} was ${type} and is ${now.type}`];
  });
}

const bare = (path: string): string => path.replaceAll('?', '');

const isOptional = (path: string): boolean => path.endsWith('?');

interface Shape {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema | undefined>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

function typeOf({ type, enum: values, const: value, anyOf }: Shape): string {
  if (values !== undefined) return `one of ${values.map(String).sort().join(' ')}`;
  if (value !== undefined) return `one of ${JSON.stringify(value)}`;
  if (anyOf !== undefined) return 'any of several';
  return type === undefined ? 'anything' : [type].flat().sort().join(' or ');
}

function isWithin(released: string, current: string): boolean {
  if (!released.startsWith('one of ') || !current.startsWith('one of ')) return released === current;
  const values = new Set(current.slice('one of '.length).split(' '));
  return released
    .slice('one of '.length)
    .split(' ')
    .every((value) => values.has(value));
}
