import { isDeepStrictEqual } from 'node:util';
import type { Json } from './transcript.js';
import type { Variables } from './variables.js';

/**
 * Holds an answer against what a step expects of it: objects may have further fields, lists may not have further items.
 *
 * @returns what is wrong, each with its place.
 */
export function differences(expected: Json, actual: Json | undefined, variables: Variables, path = ''): string[] {
  if (typeof expected === 'string') return compareText(expected, actual, variables, path);
  if (expected === null || typeof expected !== 'object') {
    return expected === actual ? [] : [unlike(path, expected, actual)];
  }
  if (Array.isArray(expected)) return compareLists(expected as readonly Json[], actual, variables, path);
  if (!isObject(actual)) return [unlike(path, expected, actual)];
  return Object.entries(expected).flatMap(([key, value]) =>
    differences(value, own(actual, variables.text(key)), variables, `${path}.${variables.text(key)}`),
  );
}

/** Holds a list against what is expected of it, in any order. */
export function differencesOfSets(
  expected: readonly Json[],
  actual: Json | undefined,
  variables: Variables,
  path: string,
): string[] {
  const left = Array.isArray(actual) ? [...(actual as readonly Json[])] : [];
  const missing = expected.filter((value) => {
    const index = left.findIndex((candidate) => differences(value, candidate, variables).length === 0);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  return [
    ...missing.map((value) => `${path}: nothing is like ${JSON.stringify(variables.fill(value))}`),
    ...left.map((value) => `${path}: unexpected ${JSON.stringify(value)}`),
  ];
}

type Matcher = (actual: Json | undefined, argument: string, variables: Variables) => boolean;

/** What may stand in the place of a value that is different each time, as `<name>` or `<name:argument>`. */
const MATCHERS: Readonly<Record<string, Matcher>> = {
  any: (actual) => actual !== undefined && actual !== null,
  absent: (actual) => actual === undefined,
  uid: matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  time: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  rv: matching(/^[1-9]\d*$/),
  digest: matching(/^sha256:[0-9a-f]{64}$/),
  contains: (actual, text, variables) => typeof actual === 'string' && actual.includes(variables.text(text)),
  match: (actual, pattern) => typeof actual === 'string' && new RegExp(pattern, 's').test(actual),
  /** Greater than a saved resource version. */
  newer: (actual, name, variables) => Number(actual) > Number(variables.get(name)),
  /** Another value than the saved one. */
  not: (actual, name, variables) => actual !== undefined && !isDeepStrictEqual(actual, variables.get(name)),
  /** Saves the value under a name, whatever it is. */
  save: (actual, name, variables) => {
    if (actual !== undefined) variables.save(name, actual);
    return actual !== undefined;
  },
};

function matching(pattern: RegExp): Matcher {
  return (actual, argument) => argument === '' && typeof actual === 'string' && pattern.test(actual);
}

function compareText(expected: string, actual: Json | undefined, variables: Variables, path: string): string[] {
  const [, name = '', argument = ''] = /^<([a-z]+)(?::(.*))?>$/s.exec(expected) ?? [];
  const matcher = Object.hasOwn(MATCHERS, name) ? MATCHERS[name] : undefined;
  // `<digest>` is any digest; `<digest:A>` is a certain one.
  if (matcher !== undefined && variables.get(expected.slice(1, -1)) === undefined) {
    return matcher(actual, argument, variables) ? [] : [unlike(path, expected, actual)];
  }
  const filled = variables.fill(expected);
  return isDeepStrictEqual(filled, actual) ? [] : [unlike(path, filled, actual)];
}

function compareLists(
  expected: readonly Json[],
  actual: Json | undefined,
  variables: Variables,
  path: string,
): string[] {
  if (!Array.isArray(actual)) return [unlike(path, expected, actual)];
  const items = actual as readonly Json[];
  if (items.length !== expected.length) {
    return [`${path}: expected ${expected.length} items, found ${items.length}: ${JSON.stringify(items)}`];
  }
  return expected.flatMap((value, index) => differences(value, items[index], variables, `${path}[${index}]`));
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (object: { readonly [key: string]: Json }, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const unlike = (path: string, expected: Json, actual: Json | undefined): string =>
  `${path || 'the answer'}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual) ?? 'nothing'}`;
