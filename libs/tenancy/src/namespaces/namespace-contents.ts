import type { EventContext } from '#lib/events';

/** What is kept in namespaces and goes away with them. The app binds it to those who own it. */
export interface NamespaceContents {
  /**
   * Deletes everything that is in a namespace. May be called again for what an earlier call, or a crash, left over.
   *
   * @param isMeant - whether the namespace is still the one that is to be emptied. Another process may have finished that,
   *   and somebody may have created one of the same name since: what was found is only deleted if this is asked
   *   after it was found, and answered with yes.
   * @returns how many objects it deleted: a namespace is empty when there is nothing left to delete.
   */
  deleteAll(namespace: string, context: EventContext, isMeant: IsMeant): Promise<number>;
}

export type IsMeant = () => Promise<boolean>;

/** Nest token of everything that namespaces hold, apart from their secrets. */
export const NAMESPACE_CONTENTS = Symbol('NamespaceContents');
