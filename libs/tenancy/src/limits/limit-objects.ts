import type { LimitRangeItem, Quantities, QuotaSpec } from '#lib/events';
import type { KubeObject } from '#lib/kube-api';

export interface LimitRangeObject extends KubeObject {
  readonly spec?: { readonly limits?: readonly LimitRangeItem[] };
}

export interface ResourceQuotaObject extends KubeObject {
  readonly spec?: Partial<QuotaSpec>;
  readonly status?: { readonly hard?: Quantities; readonly used?: Quantities };
}
