interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly managedFields?: readonly object[];
}

export interface CreateNamespace extends Labelled {
  readonly type: 'CreateNamespace';
  readonly name: string;
  readonly uid: string;
  readonly now: Date;
  /** User who asked for a project of their own. */
  readonly requester?: string;
}

/** Replaces labels and annotations. Nothing else of a namespace can be changed. */
export interface ChangeNamespaceMetadata extends Labelled {
  readonly type: 'ChangeNamespaceMetadata';
  readonly name: string;
}

/** From now on the namespace is being emptied. A second request changes nothing. */
export interface RequestNamespaceDeletion {
  readonly type: 'RequestNamespaceDeletion';
  readonly name: string;
  /** When given, the namespace of this very UID is meant and no other of the same name. */
  readonly uid?: string;
  readonly now: Date;
}

/** The namespace is empty. Finishing what somebody else finished already changes nothing. */
export interface FinishNamespaceDeletion {
  readonly type: 'FinishNamespaceDeletion';
  readonly name: string;
  readonly uid: string;
}

export type NamespaceCommand =
  CreateNamespace | ChangeNamespaceMetadata | RequestNamespaceDeletion | FinishNamespaceDeletion;
