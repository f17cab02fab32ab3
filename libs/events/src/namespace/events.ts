import type { DomainEvent } from '../event.js';

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Who owns which fields, for server-side apply; absent where nobody is recorded. */
  readonly managedFields?: readonly object[];
}

export type NamespaceCreated = DomainEvent<
  'NamespaceCreated',
  Labelled & {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    /** User who asked for a project of their own, and is to administer it. */
    readonly requester?: string;
  }
>;

export type NamespaceMetadataChanged = DomainEvent<'NamespaceMetadataChanged', Labelled & { readonly name: string }>;

/** From now on nothing new may be created in the namespace, and what it holds is deleted. */
export type NamespaceDeletionRequested = DomainEvent<
  'NamespaceDeletionRequested',
  { readonly name: string; readonly uid: string; readonly deletionTimestamp: string }
>;

export type NamespaceDeleted = DomainEvent<'NamespaceDeleted', { readonly name: string; readonly uid: string }>;

export type NamespaceEvent =
  NamespaceCreated | NamespaceMetadataChanged | NamespaceDeletionRequested | NamespaceDeleted;
