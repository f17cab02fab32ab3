import type { NamespaceEvent } from './events.js';

export interface NamespaceState {
  readonly name: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  /** Set while the namespace is being emptied. */
  readonly deletionTimestamp?: string;
  /** User who asked for it as a project of their own. */
  readonly requester?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly managedFields?: readonly object[];
}

/**
 * What an event means for a namespace.
 *
 * @returns `undefined` once the namespace is gone.
 */
export function foldNamespace(
  namespace: NamespaceState | undefined,
  event: NamespaceEvent,
): NamespaceState | undefined {
  if (event.type === 'NamespaceCreated') return event.data;
  if (namespace === undefined) return undefined;
  switch (event.type) {
    case 'NamespaceMetadataChanged': {
      const { managedFields: _before, ...rest } = namespace;
      return { ...rest, ...event.data };
    }
    case 'NamespaceDeletionRequested':
      return { ...namespace, deletionTimestamp: event.data.deletionTimestamp };
    case 'NamespaceDeleted':
      return undefined;
  }
}
