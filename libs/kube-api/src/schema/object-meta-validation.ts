import { fieldError } from '../status.js';
import type { FieldError } from '../status.js';
import { dns1123Label, labelValue, qualifiedName } from './names.js';
import type { NameRule } from './names.js';

/** Bytes that the keys and values of all annotations of an object may have together. */
export const MAX_ANNOTATION_BYTES = 256 * 1024;

/** The parts of `metadata` that have rules. */
export interface MetadataToCheck {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string | null;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly object[];
  readonly finalizers?: readonly string[];
}

interface OwnerReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly controller?: boolean;
}

/** The rules that hold for every object, with the texts of Kubernetes' apimachinery. */
export function validateObjectMeta(
  meta: MetadataToCheck,
  { namespaced, nameRule }: { readonly namespaced: boolean; readonly nameRule: NameRule },
  path = 'metadata',
): readonly FieldError[] {
  const { name = '', generateName = '', namespace = '', generation = 0 } = meta;
  const wrong = (field: string, value: string, faults: readonly string[]): readonly FieldError[] =>
    faults.map((fault) => fieldError.invalid(`${path}.${field}`, value, fault));
  return [
    ...(generateName === '' ? [] : wrong('generateName', generateName, nameRule(generateName, true))),
    ...(name === ''
      ? [fieldError.required(`${path}.name`, 'name or generateName is required')]
      : wrong('name', name, nameRule(name))),
    ...(namespaced
      ? namespace === ''
        ? [fieldError.required(`${path}.namespace`)]
        : wrong('namespace', namespace, dns1123Label(namespace))
      : namespace === ''
        ? []
        : [fieldError.forbidden(`${path}.namespace`, 'not allowed on this type')]),
    ...(generation < 0
      ? [fieldError.invalid(`${path}.generation`, generation, 'must be greater than or equal to 0')]
      : []),
    ...attachedFaults(meta, path),
  ];
}

/**
 * The rules for replacing `old` by `meta`. Whether a `resourceVersion` is needed is the resource's own rule and not
 * looked at here.
 */
export function validateObjectMetaUpdate(
  meta: MetadataToCheck,
  old: MetadataToCheck,
  path = 'metadata',
): readonly FieldError[] {
  const { generation = 0 } = meta;
  return [
    ...newFinalizerFaults(meta, old, path),
    ...IMMUTABLE.filter((field) => (meta[field] ?? '') !== (old[field] ?? '')).map((field) =>
      fieldError.invalid(`${path}.${field}`, meta[field], 'field is immutable'),
    ),
    ...(generation < (old.generation ?? 0)
      ? [fieldError.invalid(`${path}.generation`, generation, 'must not be decremented')]
      : []),
    ...attachedFaults(meta, path),
  ];
}

/** What an update must leave as it is. */
const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const satisfies readonly (keyof MetadataToCheck)[];

/** The rules for labels alone, for places other than `metadata.labels`. */
export function validateLabels(labels: Readonly<Record<string, string>>, path: string): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedName(key).map((fault) => fieldError.invalid(path, key, fault)),
    ...labelValue(value).map((fault) => fieldError.invalid(path, value, fault)),
  ]);
}

/** The rules for annotations alone, for places other than `metadata.annotations`. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  path: string,
): readonly FieldError[] {
  const entries = Object.entries(annotations);
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) =>
      qualifiedName(key.toLowerCase()).map((fault) => fieldError.invalid(path, key, fault)),
    ),
    ...(bytes > MAX_ANNOTATION_BYTES ? [fieldError.tooLong(path, MAX_ANNOTATION_BYTES)] : []),
  ];
}

function attachedFaults(meta: MetadataToCheck, path: string): readonly FieldError[] {
  return [
    ...validateLabels(meta.labels ?? {}, `${path}.labels`),
    ...validateAnnotations(meta.annotations ?? {}, `${path}.annotations`),
    ...ownerFaults(meta.ownerReferences ?? [], `${path}.ownerReferences`),
    ...finalizerFaults(meta.finalizers ?? [], `${path}.finalizers`),
  ];
}

function ownerFaults(owners: readonly OwnerReference[], path: string): readonly FieldError[] {
  const controllers = owners.filter(({ controller }) => controller === true).map(({ name = '' }) => name);
  return [
    ...owners.flatMap((owner) => [
      ...(versionOf(owner.apiVersion) === ''
        ? [fieldError.invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')]
        : []),
      ...(['kind', 'name', 'uid'] as const)
        .filter((field) => (owner[field] ?? '') === '')
        .map((field) => fieldError.invalid(`${path}.${field}`, '', 'must not be empty')),
      ...(owner.kind === 'Event' && owner.apiVersion === 'v1'
        ? [fieldError.invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner')]
        : []),
    ]),
    ...(controllers.length > 1
      ? [
          fieldError.invalid(
            path,
            owners,
            `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${controllers[1]}`,
          ),
        ]
      : []),
  ];
}

const versionOf = (apiVersion = ''): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

function finalizerFaults(finalizers: readonly string[], path: string): readonly FieldError[] {
  return [
    ...finalizers.flatMap((name) => qualifiedName(name).map((fault) => fieldError.invalid(path, name, fault))),
    ...(finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')
      ? [fieldError.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')]
      : []),
  ];
}

function newFinalizerFaults(meta: MetadataToCheck, old: MetadataToCheck, path: string): readonly FieldError[] {
  if (old.deletionTimestamp == null) return [];
  const before = new Set(old.finalizers);
  const added = (meta.finalizers ?? []).filter((name) => !before.has(name));
  if (added.length === 0) return [];
  return [
    fieldError.forbidden(
      `${path}.finalizers`,
      `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
    ),
  ];
}
