import type { LimitRangeCreated, LimitRangeEvent, ResourceQuotaCreated, ResourceQuotaEvent } from './events.js';

export type LimitRangeState = LimitRangeCreated['data'];
export type ResourceQuotaState = ResourceQuotaCreated['data'];

/** @returns `undefined` once the limits are gone. */
export function foldLimitRange(
  range: LimitRangeState | undefined,
  event: LimitRangeEvent,
): LimitRangeState | undefined {
  if (event.type === 'LimitRangeCreated') return event.data;
  if (range === undefined) return undefined;
  switch (event.type) {
    case 'LimitRangeMetadataChanged':
      return { ...range, metadata: event.data };
    case 'LimitRangeLimitsChanged':
      return { ...range, limits: event.data.limits };
    case 'LimitRangeDeleted':
      return undefined;
  }
}

/** @returns `undefined` once the quota is gone. */
export function foldResourceQuota(
  quota: ResourceQuotaState | undefined,
  event: ResourceQuotaEvent,
): ResourceQuotaState | undefined {
  if (event.type === 'ResourceQuotaCreated') return event.data;
  if (quota === undefined) return undefined;
  switch (event.type) {
    case 'ResourceQuotaMetadataChanged':
      return { ...quota, metadata: event.data };
    case 'ResourceQuotaSpecChanged':
      return { ...quota, spec: event.data.spec };
    case 'ResourceQuotaDeleted':
      return undefined;
  }
}
