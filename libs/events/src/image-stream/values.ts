/** A reference to another object, as a spec tag's `from` uses it. */
export interface ObjectReference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

export type ImportMode = 'Legacy' | 'PreserveOriginal';

export interface TagImportPolicy {
  /** Allow bad TLS or plain HTTP. */
  readonly insecure?: boolean;
  /** Import again periodically. */
  readonly scheduled?: boolean;
  readonly importMode: string;
}

export interface TagReferencePolicy {
  readonly type: string;
}

/** What somebody wants a tag to be: one entry of `spec.tags`. */
export interface TagReference {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>> | null;
  readonly from?: ObjectReference;
  /** Reference only: never imported, mirrored or rewritten. */
  readonly reference?: boolean;
  /** Generation of the stream at which this wish last changed. */
  readonly generation: number | null;
  readonly importPolicy: TagImportPolicy;
  readonly referencePolicy: TagReferencePolicy;
}

/** One entry of a tag's history: what the tag was from `created` on. */
export interface TagItem {
  readonly created: string | null;
  readonly dockerImageReference: string;
  /** Name of the Image; empty for a tag that only refers. */
  readonly image: string;
  /** Generation of the wish that led here. */
  readonly generation: number;
}

/** A tag's last import failed. Success is the absence of conditions. */
export interface TagCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string | null;
  readonly reason?: string;
  readonly message?: string;
  readonly generation: number;
}

/** Metadata of a stream that its users may change. */
export interface UserMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly ownerReferences: readonly object[];
  /** Who owns which fields of the object, as server-side apply keeps it; absent where nobody is recorded. */
  readonly managedFields?: readonly object[];
}
