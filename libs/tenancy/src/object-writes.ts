import {
  conflict,
  invalid,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type DeleteOptions,
  type FieldError,
  type KubeObject,
  type NameRule,
  type ObjectKey,
} from '#lib/kube-api';
import type { ResourceNames } from './refusal-status.js';

export interface WritableResource extends ResourceNames {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
}

/**
 * A new object under the name and in the namespace that it gets.
 *
 * @throws ApiError 422 when its metadata, or anything else, breaks a rule.
 */
export function newObject<T extends KubeObject>(
  resource: WritableResource,
  key: Partial<ObjectKey>,
  sent: T,
  faults: (object: T) => readonly FieldError[] = () => [],
): T {
  const name = sent.metadata.name || (key.name ?? '');
  const namespace = resource.namespaced ? (key.namespace ?? sent.metadata.namespace) : sent.metadata.namespace;
  const object: T = { ...sent, metadata: { ...sent.metadata, name, ...(namespace && { namespace }) } };
  assertValid(resource, name, [...validateObjectMeta(checked(object), resource), ...faults(object)]);
  return object;
}

/**
 * What an update makes of an object. A caller may leave out what it cannot change anyway.
 *
 * @throws ApiError 409 when the caller meant another version, 422 when a rule is broken.
 */
export function updatedObject<T extends KubeObject>(
  resource: WritableResource,
  before: T,
  sent: T,
  faults: (object: T, before: T) => readonly FieldError[] = () => [],
): T {
  const { name, uid, namespace, resourceVersion, creationTimestamp, deletionTimestamp } = before.metadata;
  const { resourceVersion: wantedVersion = '' } = sent.metadata;
  if (wantedVersion !== '' && wantedVersion !== resourceVersion) throw conflict(resource, name);
  const given = present(sent.metadata);
  const kept = present({ uid, namespace, creationTimestamp, deletionTimestamp });
  const object: T = { ...sent, metadata: { ...kept, ...given, name: sent.metadata.name || name } };
  const metaFaults = validateObjectMetaUpdate(checked(object), checked(before));
  assertValid(resource, name, [...metaFaults, ...faults(object, before)]);
  return object;
}

/** @throws ApiError 409 when the object that is there is not the one that the caller wants to delete. */
export function assertPreconditions(
  resource: ResourceNames,
  { metadata }: KubeObject,
  { uid, resourceVersion }: DeleteOptions['preconditions'] = {},
): void {
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
    throw conflict(resource, metadata.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(resource, metadata.name, why);
  }
}

function assertValid({ group, kind }: ResourceNames, name: string, faults: readonly FieldError[]): void {
  if (faults.length > 0) throw invalid(group, kind, name, faults);
}

type Metadata = KubeObject['metadata'];

/** Fields that say something: clients send empty ones for what they do not know. */
function present(metadata: { readonly [K in keyof Metadata]?: Metadata[K] | undefined }): Partial<Metadata> {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value != null && value !== ''));
}

/** Metadata as the validation knows it. */
const checked = ({ metadata }: KubeObject): Parameters<typeof validateObjectMeta>[0] => present(metadata);
