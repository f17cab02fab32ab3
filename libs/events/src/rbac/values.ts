/** What a role lets its holders do: something to resources, or something to paths of the server. */
export interface RoleRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Cluster roles whose rules become those of another one, chosen by their labels. */
export interface RoleAggregation {
  readonly clusterRoleSelectors: readonly RoleSelector[];
}

export interface RoleSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The role that a binding gives. */
export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

/** Who is given a role. */
export interface RoleSubject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  /** Of a service account. */
  readonly namespace?: string;
}
