import type { SecretObject } from './secret.js';

/** What a write makes of a secret; `undefined` deletes it, `'unchanged'` leaves it. May be asked more than once. */
export type SecretChange = (current: SecretObject | undefined) => SecretObject | 'unchanged' | undefined;

/**
 * Which namespaces the secrets of a process are of, told apart by their UIDs. Whoever deletes a namespace cannot see the
 * secrets that other processes keep of it, and each of those may be away then.
 */
export interface LocalSecrets {
  /** Those that have any. */
  namespaces(): Promise<readonly string[]>;

  /** Secrets of a namespace are of the one with this UID from now on. Those of another that had its name are deleted. */
  adopt(namespace: string, uid: string): Promise<void>;

  /** Deletes the secrets of a namespace that is gone, and not those of a later one of its name. */
  release(namespace: string, uid?: string): Promise<void>;
}

/**
 * Secrets, each encrypted. They are not events: a log keeps everything for ever, and a secret that was deleted has to be
 * gone.
 *
 * Every adapter passes the suite in `secret-store.contract.ts`.
 */
export interface SecretStore {
  /** Absent where all processes have the same secrets. */
  readonly local?: LocalSecrets;

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
