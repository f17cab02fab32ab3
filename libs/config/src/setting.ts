import 'reflect-metadata';
import { Transform } from 'class-transformer';
import { IsNotEmpty, IsOptional, IsString, ValidateBy } from 'class-validator';
import { formatDuration, parseDuration } from './duration.js';
import { formatListenAddress, parseListenAddress } from './listen-address.js';
import type { ListenAddress } from './listen-address.js';

/** What a key holds, which decides how an environment variable is read. `objects` is a list of objects, as JSON. */
export type SettingKind = 'text' | 'integer' | 'number' | 'flag' | 'duration' | 'address' | 'texts' | 'objects';

/** One key of the configuration. */
export interface SettingDescription {
  /** Where it stands in the file: `images.importMode`. */
  readonly key: string;
  /** Environment variable that sets it, and wins over the file. */
  readonly variable: string;
  readonly kind: SettingKind;
  /** As it would be written; `undefined` when there is none. */
  readonly default: string | undefined;
}

type SectionClass = new () => object;

const settings = new WeakMap<object, Map<string, SettingKind | SectionClass>>();

const register = (prototype: object, property: string, what: SettingKind | SectionClass): void => {
  const known = settings.get(prototype) ?? new Map<string, SettingKind | SectionClass>();
  settings.set(prototype, known.set(property, what));
};

/** Marks a field as a key of the configuration. */
export function Setting(kind: SettingKind): (prototype: object, property: string) => void {
  return (prototype, property) => {
    register(prototype, property, kind);
    if (kind === 'duration') readBy(parseDuration)(prototype, property);
    if (kind === 'address') readBy(parseListenAddress)(prototype, property);
  };
}

/** Marks a field as a key that names a file, and may be left out. */
export function FilePath(): (prototype: object, property: string) => void {
  const wrong = { message: 'must be the path of a file' };
  const checks = [IsOptional(), IsString(wrong), IsNotEmpty(wrong)];
  return (prototype, property) => {
    Setting('text')(prototype, property);
    for (const check of checks) check(prototype, property);
  };
}

/** Marks a field as a group of keys. */
export function Section(type: SectionClass): (prototype: object, property: string) => void {
  return (prototype, property) => register(prototype, property, type);
}

/** Reads a text; one that cannot be read stays, for validation to complain about. */
const readBy = (parse: (text: string) => unknown): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? (parse(value) ?? value) : value));

/** @param minimum milliseconds. */
export const IsDuration = (minimum: number): PropertyDecorator =>
  ValidateBy({
    name: 'isDuration',
    validator: {
      validate: (value) => typeof value === 'number' && value >= minimum,
      defaultMessage: () => `must be a length of time such as 15m or 1h30m, at least ${formatDuration(minimum)}`,
    },
  });

export const IsListenAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isListenAddress',
    validator: {
      validate: (value) => typeof value === 'object' && value !== null && 'port' in value,
      defaultMessage: () => 'must be host:port or [address]:port, with a port from 0 to 65535',
    },
  });

/** A list of addresses, which are read from their texts. */
export function AreListenAddresses(): PropertyDecorator {
  const isList = ValidateBy({
    name: 'areListenAddresses',
    validator: {
      validate: (value) =>
        Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null && 'port' in each),
      defaultMessage: () => 'must be a list of host:port or [address]:port',
    },
  });
  const read = Transform(({ value }: { value: unknown }) =>
    Array.isArray(value)
      ? value.map((each: unknown) => (typeof each === 'string' ? (parseListenAddress(each) ?? each) : each))
      : value,
  );
  return (prototype, property) => {
    isList(prototype, property);
    read(prototype, property);
  };
}

/** Every key of a configuration class, in the order of its fields. */
export function describeSettings(type: SectionClass, path: readonly string[] = []): readonly SettingDescription[] {
  const defaults = new type() as Readonly<Record<string, unknown>>;
  const known = settings.get(type.prototype as object) ?? new Map<string, SettingKind | SectionClass>();
  return [...known].flatMap(([property, what]) => {
    const at = [...path, property];
    if (typeof what === 'function') return describeSettings(what, at);
    return [{ key: at.join('.'), variable: variableOf(at), kind: what, default: written(defaults[property], what) }];
  });
}

const variableOf = (path: readonly string[]): string =>
  ['TAGLINE', ...path.map((name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase())].join('_');

function written(value: unknown, kind: SettingKind): string | undefined {
  if (value === undefined) return undefined;
  switch (kind) {
    case 'duration':
      return formatDuration(value as number);
    case 'address':
      return formatListenAddress(value as ListenAddress);
    case 'text':
      return value as string;
    case 'integer':
    case 'number':
    case 'flag':
    case 'texts':
    case 'objects':
      return JSON.stringify(value);
  }
}
