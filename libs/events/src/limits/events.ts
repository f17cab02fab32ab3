import type { DeclaredBirth } from '../declared/birth.js';
import type { DomainEvent } from '../event.js';
import type { UserMetadata } from '../image-stream/values.js';
import type { LimitRangeItem, QuotaSpec } from './values.js';

export type LimitRangeCreated = DomainEvent<
  'LimitRangeCreated',
  DeclaredBirth & { readonly limits: readonly LimitRangeItem[] }
>;
export type LimitRangeMetadataChanged = DomainEvent<'LimitRangeMetadataChanged', UserMetadata>;
/** From now on these limits hold for what is written, and no others. What is there already stays. */
export type LimitRangeLimitsChanged = DomainEvent<
  'LimitRangeLimitsChanged',
  { readonly limits: readonly LimitRangeItem[] }
>;
export type LimitRangeDeleted = DomainEvent<'LimitRangeDeleted', { readonly uid: string }>;

export type LimitRangeEvent =
  LimitRangeCreated | LimitRangeMetadataChanged | LimitRangeLimitsChanged | LimitRangeDeleted;

export type ResourceQuotaCreated = DomainEvent<'ResourceQuotaCreated', DeclaredBirth & { readonly spec: QuotaSpec }>;
export type ResourceQuotaMetadataChanged = DomainEvent<'ResourceQuotaMetadataChanged', UserMetadata>;
/** From now on the namespace may hold this much. What it holds beyond that stays. */
export type ResourceQuotaSpecChanged = DomainEvent<'ResourceQuotaSpecChanged', { readonly spec: QuotaSpec }>;
export type ResourceQuotaDeleted = DomainEvent<'ResourceQuotaDeleted', { readonly uid: string }>;

export type ResourceQuotaEvent =
  ResourceQuotaCreated | ResourceQuotaMetadataChanged | ResourceQuotaSpecChanged | ResourceQuotaDeleted;

/** What bounds a namespace. */
export type LimitsEvent = LimitRangeEvent | ResourceQuotaEvent;
