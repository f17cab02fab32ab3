import { isDeepStrictEqual } from 'node:util';
import { fieldError, MAX_NAME_LENGTH, type FieldError } from '#lib/kube-api';
import {
  isPullSecretType,
  PULL_SECRET_KEYS,
  SECRET_TYPES,
  type SecretObject,
  type SecretType,
  type SubmittedSecret,
} from './secret.js';

/** Bytes that all values of a secret may have together. */
export const MAX_SECRET_BYTES = 1_048_576;

/** Stands where an error would show a value. */
const REDACTED = '<secret contents redacted>';

/** The type that a secret gets which was sent without one. */
export const typeOf = ({ type }: SubmittedSecret): string => type || 'Opaque';

/** What a secret holds once its plain text is encoded: base64 by key. */
export function dataOf({ data = {}, stringData = {} }: SubmittedSecret): Readonly<Record<string, string>> {
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const);
  return Object.fromEntries([...Object.entries(data), ...encoded]);
}

/** The rules for a secret, with the texts of Kubernetes. No value ever gets into one of them. */
export function secretFaults(secret: SubmittedSecret): readonly FieldError[] {
  const type = typeOf(secret);
  const data = dataOf(secret);
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0);
  return [
    ...Object.keys(data).flatMap((key) =>
      keyFaults(key).map((fault) => fieldError.invalid(`data[${key}]`, key, fault)),
    ),
    ...(bytes > MAX_SECRET_BYTES ? [fieldError.tooLong('data', MAX_SECRET_BYTES)] : []),
    ...(isSecretType(type) ? contentFaults(type, data) : [fieldError.notSupported('type', type, SECRET_TYPES)]),
  ];
}

/** The rules for replacing a secret: its type stays, and one that is immutable stays altogether. */
export function secretUpdateFaults(secret: SubmittedSecret, before: SecretObject): readonly FieldError[] {
  const locked = 'field is immutable when `immutable` is set';
  return [
    ...(typeOf(secret) === before.type ? [] : [fieldError.invalid('type', typeOf(secret), 'field is immutable')]),
    ...(before.immutable && secret.immutable !== true ? [fieldError.forbidden('immutable', locked)] : []),
    ...(before.immutable && !isDeepStrictEqual(dataOf(secret), before.data ?? {})
      ? [fieldError.forbidden('data', locked)]
      : []),
    ...secretFaults(secret),
  ];
}

const isSecretType = (type: string): type is SecretType => SECRET_TYPES.some((known) => known === type);

const KEY = /^[-._a-zA-Z0-9]+$/;

function keyFaults(key: string): readonly string[] {
  if (Buffer.byteLength(key) > MAX_NAME_LENGTH) return [`must be no more than ${MAX_NAME_LENGTH} bytes`];
  if (!KEY.test(key)) {
    return [
      `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ];
  }
  if (key === '.') return [`must not be '.'`];
  if (key === '..') return [`must not be '..'`];
  return key.startsWith('..') ? [`must not start with '..'`] : [];
}

/** A secret for registries must hold a Docker configuration, else imports would stumble over it later. */
function contentFaults(type: SecretType, data: Readonly<Record<string, string>>): readonly FieldError[] {
  if (!isPullSecretType(type)) return [];
  const key = PULL_SECRET_KEYS[type];
  const value = data[key];
  if (value === undefined) return [fieldError.required(`data[${key}]`)];
  return isJsonObject(value) ? [] : [fieldError.invalid(`data[${key}]`, REDACTED, 'must be a JSON object')];
}

function isJsonObject(base64: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
