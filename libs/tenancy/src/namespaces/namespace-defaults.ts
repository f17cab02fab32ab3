import type { EventContext, NamespaceState } from '#lib/events';

/** What every new namespace is to hold. */
export interface NamespaceDefaults {
  /** Resolves when it is there. May be called again for what an earlier call, or a crash, left out. */
  furnish(namespace: NamespaceState, context: EventContext): Promise<void>;
}
