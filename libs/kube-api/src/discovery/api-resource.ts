/** A resource as discovery tells of it. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, as in paths. */
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources?: readonly ApiSubresource[];
}

export interface ApiSubresource {
  readonly name: string;
  readonly kind: string;
  /** Group and version of the kind, where they are not those of the resource. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}
