import type { NamespaceContents } from '../namespaces/namespace-contents.js';
import type { SecretObject } from './secret.js';

/** What a write makes of a secret; `undefined` deletes it, `'unchanged'` leaves it. May be asked more than once. */
export type SecretChange = (current: SecretObject | undefined) => SecretObject | 'unchanged' | undefined;

/**
 * Secrets, each encrypted. They are not events: a log keeps everything for ever, and a secret that was deleted has to be
 * gone.
 *
 * Every adapter passes the suite in `secret-store.contract.ts`.
 */
export interface SecretStore extends NamespaceContents {
  /** Version of the whole: that of the last write. Only grows, and is numbered apart from the event log. */
  resourceVersion(): Promise<string>;

  get(namespace: string, name: string): Promise<SecretObject | undefined>;

  /** Secrets of one namespace, or of all when it is `undefined`, in order of namespace and name. */
  list(namespace: string | undefined, limit: number, after?: readonly string[]): Promise<readonly SecretObject[]>;

  /**
   * Changes one secret, durably. The secret that is stored gets the next version.
   *
   * @returns what is there now; `undefined` when there is nothing.
   * @throws whatever `change` throws; nothing is written then.
   */
  write(namespace: string, name: string, change: SecretChange): Promise<SecretObject | undefined>;

  /** Deletes all secrets of a namespace. @returns how many that were. */
  deleteAll(namespace: string): Promise<number>;

  close(): Promise<void>;
}

/** Nest token of the {@link SecretStore}. */
export const SECRET_STORE = Symbol('SecretStore');
