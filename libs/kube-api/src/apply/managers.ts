import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../schema/json.js';
import { NO_FIELDS, isEmptySet, sameFields, union, type FieldSet } from './field-set.js';
import { decodeFields, encodeFields } from './fields-v1.js';

/** How fields were set: by an apply, which also says which fields are no longer wanted, or by any other write. */
export type ManagerOperation = 'Apply' | 'Update';

/** Who owns fields of an object. */
export interface Manager {
  readonly name: string;
  readonly operation: ManagerOperation;
  /** API version in which the fields are named. */
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** A manager with the fields that it owns. */
export interface Ownership extends Manager {
  readonly fields: FieldSet;
  /** When the set of fields last changed; absent where nobody said. */
  readonly time?: string;
}

/** One element of `metadata.managedFields` on the wire. */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: ManagerOperation;
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: JsonObject;
  readonly subresource?: string;
}

/** Entries of writers other than appliers that an object keeps; as many as Kubernetes. */
const MAX_UPDATERS = 10;
/** The manager under whose name the oldest of more writers are put together. */
const ANCIENT = 'ancient-changes';

/** Whether two entries stand for the same manager. An applier is one and the same in all API versions. */
export const isSameManager = (one: Manager, other: Manager): boolean =>
  one.name === other.name &&
  one.operation === other.operation &&
  one.subresource === other.subresource &&
  (one.operation === 'Apply' || one.apiVersion === other.apiVersion);

export const fieldsOfManager = (owners: readonly Ownership[], manager: Manager): FieldSet =>
  owners.find((owner) => isSameManager(owner, manager))?.fields ?? NO_FIELDS;

export const ownedByAnybody = (owners: readonly Ownership[]): FieldSet =>
  owners.reduce((all, { fields }) => union(all, fields), NO_FIELDS);

/** @returns `undefined` when it is no list of entries that this server could have written. */
export function decodeManagedFields(json: JsonValue | undefined): readonly Ownership[] | undefined {
  if (json === undefined) return [];
  if (!isJsonArray(json)) return undefined;
  const owners: Ownership[] = [];
  for (const entry of json) {
    const owner = isJsonObject(entry) ? decodeEntry(entry) : undefined;
    if (owner === undefined) return undefined;
    owners.push(owner);
  }
  return owners;
}

function decodeEntry(entry: JsonObject): Ownership | undefined {
  const { operation, time } = entry;
  const name = textOf(entry['manager']);
  const apiVersion = textOf(entry['apiVersion']);
  const fields = decodeFields(entry['fieldsV1']);
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (entry['fieldsType'] !== 'FieldsV1' || apiVersion === '' || fields === undefined) return undefined;
  return {
    ...{ name, operation, apiVersion, subresource: textOf(entry['subresource']), fields },
    ...(typeof time === 'string' ? { time } : {}),
  };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

export function encodeManagedFields(owners: readonly Ownership[]): readonly ManagedFieldsEntry[] {
  return [...owners].sort(byOrder).map(({ name, operation, apiVersion, time, subresource, fields }) => ({
    ...{ manager: name, operation, apiVersion },
    ...(time === undefined ? {} : { time }),
    ...{ fieldsType: 'FieldsV1', fieldsV1: encodeFields(fields) },
    ...(subresource === '' ? {} : { subresource }),
  }));
}

/**
 * The owners after a write: those that own nothing are left out, those whose fields changed get the time of the write,
 * and when there are too many, the oldest become one.
 */
export function ownersAfter(before: readonly Ownership[], after: readonly Ownership[], now: string): Ownership[] {
  const timed = after
    .filter(({ fields }) => !isEmptySet(fields))
    .map((owner) => {
      const known = before.find((other) => isSameManager(other, owner));
      const isUnchanged =
        known !== undefined && known.apiVersion === owner.apiVersion && sameFields(known.fields, owner.fields);
      return isUnchanged ? known : { ...owner, time: now };
    });
  return capped(timed, now);
}

function capped(owners: Ownership[], now: string): Ownership[] {
  const updaters = owners.filter(({ operation }) => operation === 'Update').sort(byTime);
  if (updaters.length <= MAX_UPDATERS) return owners;
  const old = updaters.slice(0, updaters.length - MAX_UPDATERS + 1);
  const [oldest] = old;
  if (oldest === undefined) return owners;
  const { apiVersion } = oldest;
  const ancient: Ownership = {
    ...{ name: ANCIENT, operation: 'Update', apiVersion, subresource: '', time: old.at(-1)?.time ?? now },
    fields: ownedByAnybody(old),
  };
  return [...owners.filter((owner) => !old.includes(owner)), ancient];
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const byTime = (one: Ownership, other: Ownership): number => compare(one.time ?? '', other.time ?? '');

const byOrder = (one: Ownership, other: Ownership): number =>
  compare(one.operation, other.operation) ||
  byTime(one, other) ||
  compare(one.name, other.name) ||
  compare(one.apiVersion, other.apiVersion) ||
  compare(one.subresource, other.subresource);
