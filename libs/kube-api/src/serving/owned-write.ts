import { applyConfiguration, ownersAfterUpdate, sameOwners, type Write } from '../apply/field-ownership.js';
import { managerOfUserAgent } from '../apply/field-manager.js';
import { fieldsOfLastApplied, hasLastApplied, KUBECTL, lastAppliedAnnotation } from '../apply/last-applied.js';
import { decodeManagedFields, encodeManagedFields, type ManagerOperation, type Ownership } from '../apply/managers.js';
import { ownedPart, withOwnedPart } from '../apply/owned-part.js';
import { equalJson, type JsonArray, type JsonObject } from '../schema/json.js';
import { kubernetesTime } from '../schema/wire-time.js';
import type { KubeObject } from '../storage/resource.js';
import { apiVersionOf } from './body.js';
import type { Target } from './resource-registry.js';

/** Who writes, and through what. */
export interface Writer {
  readonly target: Target;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The manager that the client named; empty when it named none. */
  readonly fieldManager: string;
  readonly userAgent: string | undefined;
}

/**
 * An object as it is about to be stored, with the owners of its fields.
 *
 * A client that names no manager is followed only where somebody is recorded already, by what its user agent begins with:
 * the writes of registries and controllers, which nobody applies to, cost nothing.
 */
export function withOwners(writer: Writer, current: KubeObject | undefined, wanted: KubeObject): KubeObject {
  const { ownership } = writer.target.definition;
  if (ownership === undefined) return wanted;
  const known = managedFieldsOf(current);
  const sent = managedFieldsOf(wanted);
  if (known === undefined && sent === undefined && writer.fieldManager === '') return wanted;
  if (isReset(sent)) return withManagedFields(wanted, undefined);
  const stored = decodeManagedFields(known) ?? [];
  // A client may hand fields over from one manager to another; what it cannot spell changes nothing.
  const given =
    sent === undefined || (known && equalJson(sent, known)) ? stored : (decodeManagedFields(sent) ?? stored);
  const before = given.length === 0 ? stored : given;
  if (before.length === 0 && writer.fieldManager === '') return withManagedFields(wanted, known);
  const after = ownersAfterUpdate(writeOf(writer, 'Update', current, before), partOf(writer, wanted));
  return withManagedFields(wanted, sameOwners(after, stored) ? known : encoded(after));
}

/**
 * What an applied configuration makes of an object.
 *
 * @throws ApiError 409 for fields that others own.
 */
export function withConfiguration(
  writer: Writer,
  current: KubeObject | undefined,
  config: KubeObject,
  { force }: { readonly force: boolean },
): KubeObject {
  const { target, subresource, fieldManager } = writer;
  const known = managedFieldsOf(current);
  const keepsOwners = target.definition.ownership !== undefined;
  const owners = keepsOwners ? (decodeManagedFields(known) ?? []) : [];
  const write = writeOf(writer, 'Apply', current, owners);
  const base = asJson(current ?? config);
  const applied = applyConfiguration(write, ownedPart(asJson(config), subresource), {
    // Where nobody is recorded there is nobody to ask.
    force: force || !keepsOwners,
    complete: (part) => partOf(writer, asObject(withOwnedPart(base, part, subresource))),
    ...(fieldManager === KUBECTL ? { allowed: (live) => fieldsOfLastApplied(target.schema, live) } : {}),
  });
  const { kind, apiVersion } = config;
  const object = { ...asObject(withOwnedPart(base, applied.object, subresource)), kind, apiVersion };
  const placed = withLastApplied(
    { ...object, metadata: { ...object.metadata, ...identityOf(config) } },
    writer,
    config,
  );
  if (!keepsOwners) return placed;
  return withManagedFields(placed, sameOwners(applied.owners, owners) ? known : encoded(applied.owners));
}

/** Keeps what a client-side apply left behind up to date, where kubectl goes on on the server. */
function withLastApplied(object: KubeObject, { fieldManager }: Writer, config: KubeObject): KubeObject {
  const { metadata } = object;
  if (fieldManager !== KUBECTL || !hasLastApplied(metadata)) return object;
  const annotations = { ...metadata.annotations, ...lastAppliedAnnotation(asJson(config)) };
  return { ...object, metadata: { ...metadata, annotations } };
}

function writeOf(
  { target, subresource, fieldManager, userAgent }: Writer,
  operation: ManagerOperation,
  current: KubeObject | undefined,
  owners: readonly Ownership[],
): Write {
  return {
    schema: target.schema,
    live: current === undefined ? {} : ownedPart(asJson(current), subresource),
    owners,
    manager: {
      name: fieldManager === '' ? managerOfUserAgent(userAgent) : fieldManager,
      operation,
      apiVersion: apiVersionOf(target),
      subresource,
    },
    now: kubernetesTime(new Date()),
  };
}

/** The part of an object that has owners, as the storage will complete it. */
function partOf({ target, subresource }: Writer, object: KubeObject): JsonObject {
  const complete = target.definition.ownership?.complete;
  return ownedPart(asJson(complete === undefined ? object : complete(object)), subresource);
}

/** A configuration may say which object, and which version of it, it is meant for. */
function identityOf({ metadata: { uid, resourceVersion } }: KubeObject): Partial<KubeObject['metadata']> {
  return {
    ...(uid === undefined || uid === '' ? {} : { uid }),
    ...(resourceVersion === undefined || resourceVersion === '' ? {} : { resourceVersion }),
  };
}

function withManagedFields({ metadata, ...object }: KubeObject, entries: JsonArray = []): KubeObject {
  const { managedFields: _sent, ...rest } = metadata;
  return { ...object, metadata: { ...rest, ...(entries.length === 0 ? {} : { managedFields: entries as object[] }) } };
}

const encoded = (owners: readonly Ownership[]): JsonArray => encodeManagedFields(owners) as unknown as JsonArray;

const managedFieldsOf = (object: KubeObject | undefined): JsonArray | undefined =>
  object?.metadata.managedFields as JsonArray | undefined;

/** A list with one empty entry says that nobody is to own anything any more. */
const isReset = (sent: JsonArray | undefined): boolean => sent?.length === 1 && equalJson(sent, [{}]);

const asJson = (object: KubeObject): JsonObject => object as unknown as JsonObject;
const asObject = (json: JsonObject): KubeObject => json as unknown as KubeObject;
