import type { JsonObject } from '../schema/json.js';
import type { ObjectSchema } from '../schema/schema.js';
import { applyConflict, conflictingFields, withoutFields, type FieldConflict } from './field-conflict.js';
import { difference, intersection, isEmptySet, NO_FIELDS, sameFields, union, type FieldSet } from './field-set.js';
import { allFieldsOf, compareFields, fieldsNamedBy, type Comparison } from './fields-of-value.js';
import {
  fieldsOfManager,
  isSameManager,
  ownedByAnybody,
  ownersAfter,
  type Manager,
  type Ownership,
} from './managers.js';
import { mergeConfiguration, removeFields } from './merge-configuration.js';

/*
 * Who owns which fields of an object, by the rules of Kubernetes' server-side apply. Values here are the parts of objects
 * whose fields can have owners.
 */

/** Owns everything of an object that nobody was recorded for, from the moment on that somebody applies to it. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

export interface Write {
  readonly schema: ObjectSchema;
  /** What is there; an empty object when the write creates it. */
  readonly live: JsonObject;
  readonly owners: readonly Ownership[];
  readonly manager: Manager;
  /** RFC 3339, whole seconds. */
  readonly now: string;
}

/** The owners after a write that is no apply: who changes a field owns it from then on, alone. */
export function ownersAfterUpdate({ schema, live, owners, manager, now }: Write, wanted: JsonObject): Ownership[] {
  const change = compareFields(schema, live, wanted);
  const written = union(change.added, change.modified);
  const others = taken(owners, manager, written, change.removed);
  const fields = union(difference(fieldsOfManager(owners, manager), change.removed), written);
  return ownersAfter(owners, [...others, { ...manager, fields }], now);
}

export interface Applied {
  readonly object: JsonObject;
  readonly owners: readonly Ownership[];
}

export interface ApplyOptions {
  /** Take over the fields that others own. */
  readonly force: boolean;
  /** Fields that may be taken over even so. */
  readonly allowed?: (live: JsonObject) => FieldSet;
  /** Fills in what configurations leave out, so that a default is no change. */
  readonly complete: (object: JsonObject) => JsonObject;
}

/**
 * What an apply makes of an object: the configuration laid over it, without what the manager applied before and now does
 * not, unless somebody else owns it too.
 *
 * @throws ApiError 409 for fields that others own with other values.
 */
export function applyConfiguration(write: Write, config: JsonObject, options: ApplyOptions): Applied {
  const { schema, live, manager, now } = write;
  const owners = ownersBefore(write);
  const last = fieldsOfManager(owners, manager);
  const own: Ownership = { ...manager, fields: fieldsNamedBy(schema, config) };
  const others = owners.filter((owner) => !isSameManager(owner, manager));
  const kept = union(ownedByAnybody(others), own.fields);
  const merged = removeFields(schema, mergeConfiguration(schema, live, config), last, kept) as JsonObject;
  const change = compareFields(schema, live, options.complete(merged));
  if (!options.force) assertNoConflict(others, change, options.allowed?.(live) ?? NO_FIELDS);
  const rest = taken(owners, manager, union(change.added, change.modified), change.removed);
  return { object: merged, owners: ownersAfter(owners, [...rest, own], now) };
}

/** Whether two lists say the same of who owns what. */
export const sameOwners = (one: readonly Ownership[], other: readonly Ownership[]): boolean =>
  one.length === other.length &&
  one.every((owner) => {
    const counterpart = other.find((candidate) => isSameManager(candidate, owner));
    return (
      counterpart !== undefined &&
      counterpart.apiVersion === owner.apiVersion &&
      sameFields(counterpart.fields, owner.fields)
    );
  });

/** What somebody owned of things that have gone since, by a way on which nobody keeps owners, is nobody's. */
function ownersBefore({ schema, live, owners, manager, now }: Write): readonly Ownership[] {
  const present = allFieldsOf(schema, live);
  if (owners.length === 0) {
    const fields = difference(present, AT_ROOT);
    if (isEmptySet(fields) || Object.keys(live).length === 0) return [];
    return [{ ...manager, name: BEFORE_FIRST_APPLY, operation: 'Update', fields, time: now }];
  }
  return owners.map((owner) => {
    const fields = isSameManager(owner, manager) ? owner.fields : intersection(owner.fields, present);
    return sameFields(fields, owner.fields) ? owner : { ...owner, fields };
  });
}

/** The path of the object itself, which nobody owns. */
const AT_ROOT: FieldSet = { isMember: true, children: new Map() };

/** What is left to the others when somebody writes some fields and removes others. */
function taken(
  owners: readonly Ownership[],
  manager: Manager,
  written: FieldSet,
  removed: FieldSet,
): readonly Ownership[] {
  const lost = union(written, removed);
  return owners
    .filter((owner) => !isSameManager(owner, manager))
    .map((owner) => ({ ...owner, fields: difference(owner.fields, lost) }));
}

function assertNoConflict(others: readonly Ownership[], { added, modified }: Comparison, allowed: FieldSet): void {
  const written = union(added, modified);
  const conflicts: FieldConflict[] = others
    .map((manager) => ({ manager, fields: intersection(manager.fields, written) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (isEmptySet(conflictingFields(conflicts))) return;
  const left = withoutFields(conflicts, allowed);
  if (left.length > 0) throw applyConflict(left);
}
