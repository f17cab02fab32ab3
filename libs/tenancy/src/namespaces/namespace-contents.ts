import type { EventContext } from '#lib/events';

/** What is kept in namespaces and goes away with them. The app binds it to those who own it. */
export interface NamespaceContents {
  /**
   * Deletes everything that is in a namespace. May be called again for what an earlier call, or a crash, left over.
   *
   * @returns how many objects it deleted: a namespace is empty when there is nothing left to delete.
   */
  deleteAll(namespace: string, context: EventContext): Promise<number>;
}

/** Nest token of everything that namespaces hold, apart from their secrets. */
export const NAMESPACE_CONTENTS = Symbol('NamespaceContents');
