/** Amounts by resource, as Kubernetes writes quantities: `5`, `10Gi`. */
export type Quantities = Readonly<Record<string, string>>;

/** What one kind of thing in a namespace may be: the image streams, the images, or something of another server. */
export interface LimitRangeItem {
  readonly type: string;
  readonly max?: Quantities;
  readonly min?: Quantities;
  readonly default?: Quantities;
  readonly defaultRequest?: Quantities;
  readonly maxLimitRequestRatio?: Quantities;
}

/** How much of something a namespace may hold in all. */
export interface QuotaSpec {
  readonly hard: Quantities;
  /** With one of these a quota counts only some of what runs in a namespace, and so nothing that is kept here. */
  readonly scopes?: readonly string[];
  readonly scopeSelector?: object;
}
