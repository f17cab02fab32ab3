import type { LimitRangeItem } from '#lib/events';
import { fieldError, parseQuantity, qualifiedName, type FieldError, type Quantity } from '#lib/kube-api';
import type { LimitRangeObject, ResourceQuotaObject } from './limit-objects.js';
import { STREAM_COUNTS } from './limit-names.js';

/** Types and resources that need no domain before their names. */
const PLAIN_TYPES: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);
const PLAIN_RESOURCES: ReadonlySet<string> = new Set([
  ...['cpu', 'memory', 'storage', 'ephemeral-storage'],
  ...['requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage'],
  ...['limits.cpu', 'limits.memory', 'limits.ephemeral-storage'],
  ...['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'],
  ...['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'],
]);
/** Of these there can only be whole ones. */
const WHOLE_RESOURCES: ReadonlySet<string> = new Set([
  ...['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'],
  ...['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers', ...STREAM_COUNTS],
]);

type Bound = Exclude<keyof LimitRangeItem, 'type'>;

const BOUNDS: readonly Bound[] = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

/** Bounds of which the first must not be greater than the second, as Kubernetes words it. */
const ORDER: readonly (readonly [lower: Bound, upper: Bound, field: Bound, lowerName: string, upperName: string])[] = [
  ['min', 'max', 'min', 'min value', 'max value'],
  ['min', 'defaultRequest', 'defaultRequest', 'min value', 'default request value'],
  ['min', 'default', 'default', 'min value', 'default value'],
  ['defaultRequest', 'max', 'defaultRequest', 'default request value', 'max value'],
  ['defaultRequest', 'default', 'defaultRequest', 'default request value', 'default limit value'],
  ['default', 'max', 'default', 'default value', 'max value'],
];

/** What is wrong with limits, with the texts of Kubernetes. */
export function limitRangeFaults({ spec }: LimitRangeObject): readonly FieldError[] {
  const limits = spec?.limits ?? [];
  return limits.flatMap((item, index) => {
    const path = `spec.limits[${index}]`;
    const { type = '' } = item as Partial<LimitRangeItem>;
    const repeated = limits.slice(0, index).some((other) => other.type === type);
    return [
      ...nameFaults(`${path}.type`, type, PLAIN_TYPES, 'must be a standard limit type or fully qualified'),
      ...(repeated ? [fieldError.duplicate(`${path}.type`, type)] : []),
      ...BOUNDS.flatMap((bound) =>
        Object.keys(item[bound] ?? {}).flatMap((resource) => resourceFaults(`${path}.${bound}[${resource}]`, resource)),
      ),
      ...typeFaults(path, item),
      ...orderFaults(path, item),
    ];
  });
}

/** What is wrong with a quota. */
export function resourceQuotaFaults({ spec }: ResourceQuotaObject): readonly FieldError[] {
  return Object.entries(spec?.hard ?? {}).flatMap(([resource, text]) => {
    const field = `spec.hard[${resource}]`;
    const quantity = parsed(text);
    if (quantity === undefined) return [fieldError.invalid(field, text, 'must be a quantity')];
    return [
      ...nameFaults(field, resource, PLAIN_RESOURCES, 'must be a standard resource for quota or fully qualified'),
      ...(quantity.nanos < 0n ? [fieldError.invalid(field, text, 'must be greater than or equal to 0')] : []),
      ...(isWhole(resource) && quantity.nanos % 10n ** 9n !== 0n
        ? [fieldError.invalid(field, text, 'must be an integer')]
        : []),
    ];
  });
}

const SCOPES_FIXED = 'field is immutable';

/** Which part of a namespace a quota counts stays as it is. */
export function resourceQuotaUpdateFaults(
  after: ResourceQuotaObject,
  before: ResourceQuotaObject,
): readonly FieldError[] {
  const scopes = ({ spec }: ResourceQuotaObject): string => JSON.stringify([...(spec?.scopes ?? [])].sort());
  return [
    ...resourceQuotaFaults(after),
    ...(scopes(after) === scopes(before)
      ? []
      : [fieldError.invalid('spec.scopes', after.spec?.scopes ?? null, SCOPES_FIXED)]),
  ];
}

function typeFaults(path: string, item: LimitRangeItem): FieldError[] {
  if (item.type === 'Pod') {
    return (['default', 'defaultRequest'] as const)
      .filter((bound) => Object.keys(item[bound] ?? {}).length > 0)
      .map((bound) => fieldError.forbidden(`${path}.${bound}`, "may not be specified when `type` is 'Pod'"));
  }
  if (
    item.type === 'PersistentVolumeClaim' &&
    item.min?.['storage'] === undefined &&
    item.max?.['storage'] === undefined
  ) {
    const why = 'either minimum or maximum storage value is required, but neither was provided';
    return [fieldError.required(`${path}.limits`, why)];
  }
  return [];
}

function orderFaults(path: string, item: LimitRangeItem): FieldError[] {
  const resources = new Set(BOUNDS.flatMap((bound) => Object.keys(item[bound] ?? {})));
  return [...resources].sort().flatMap((resource) => {
    const of = (bound: Bound): Quantity | undefined => parsed(item[bound]?.[resource]);
    const ratio = of('maxLimitRequestRatio');
    return [
      ...ORDER.flatMap(([lower, upper, field, lowerName, upperName]) => {
        const [low, high] = [of(lower), of(upper)];
        if (low === undefined || high === undefined || low.nanos <= high.nanos) return [];
        const detail = `${lowerName} ${low.text} is greater than ${upperName} ${high.text}`;
        return [fieldError.invalid(`${path}.${field}[${resource}]`, of(field)?.text, detail)];
      }),
      ...(ratio !== undefined && ratio.nanos < 10n ** 9n
        ? [
            fieldError.invalid(
              `${path}.maxLimitRequestRatio[${resource}]`,
              ratio.text,
              `ratio ${ratio.text} is less than 1`,
            ),
          ]
        : []),
    ];
  });
}

const resourceFaults = (field: string, resource: string): FieldError[] =>
  nameFaults(field, resource, PLAIN_RESOURCES, 'must be a standard resource type or fully qualified');

function nameFaults(field: string, name: string, plain: ReadonlySet<string>, unqualified: string): FieldError[] {
  const faults = qualifiedName(name).map((fault) => fieldError.invalid(field, name, fault));
  if (faults.length > 0 || name.includes('/') || plain.has(name)) return faults;
  return [fieldError.invalid(field, name, unqualified)];
}

const isWhole = (resource: string): boolean => WHOLE_RESOURCES.has(resource) || resource.startsWith('count/');

function parsed(text: string | undefined): Quantity | undefined {
  const quantity = text === undefined ? undefined : parseQuantity(text);
  return typeof quantity === 'string' ? undefined : quantity;
}
