import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';
import type { SecretObject } from './secret.js';
import { SecretCipher } from './secret-cipher.js';
import { ensureSecretKey, InvalidSecretKeyError } from './secret-key.js';
import type { LocalSecrets, SecretChange, SecretStore } from './secret-store.js';

type SecretKey = [namespace: string, name: string];

/** After every name. */
const AFTER_ALL = Buffer.from([0xff]);
const COUNTER = 'resourceVersion';
const PROBE = 'probe';
const OWNER_ONLY = 0o600;

const ownerKey = (namespace: string): string => `owner/${namespace}`;

/** Secrets in an LMDB file beside the event log. */
export class EmbeddedSecretStore implements SecretStore, LocalSecrets {
  private readonly secrets: Database<Buffer, SecretKey>;
  private readonly meta: Database<Buffer, string>;
  /** Writes go one after the other: each decides on what the one before it left. */
  private lastWrite: Promise<unknown> = Promise.resolve();
  private counter: number;

  private constructor(
    private readonly root: RootDatabase,
    private readonly cipher: SecretCipher,
  ) {
    this.secrets = root.openDB<Buffer, SecretKey>({ name: 'secrets', encoding: 'binary' });
    this.meta = root.openDB<Buffer, string>({ name: 'meta', encoding: 'binary' });
    this.counter = Number(this.meta.get(COUNTER)?.toString('latin1') ?? 0);
  }

  /**
   * Opens `secrets.lmdb` and `secrets.key` in the data directory; makes them at the first start.
   *
   * @throws InvalidSecretKeyError when the key is not the one that the secrets are encrypted with.
   */
  static async open(dataDir: string): Promise<EmbeddedSecretStore> {
    await mkdir(dataDir, { recursive: true });
    const path = join(dataDir, 'secrets.lmdb');
    const keyPath = join(dataDir, 'secrets.key');
    const key = await ensureSecretKey(keyPath, !existsSync(path));
    // `permissionsMode` is not among the declared options, but it is what LMDB makes its files with. Without
    // `noMemInit`, which would let leftovers of the process's memory, perhaps a secret, get into unused parts of pages.
    const options: RootDatabaseOptionsWithPath = { path, maxDbs: 2, ...{ permissionsMode: OWNER_ONLY } };
    const root = open(options);
    const store = new EmbeddedSecretStore(root, new SecretCipher(key));
    try {
      await store.probe(keyPath);
    } catch (error) {
      await root.close();
      throw error;
    }
    return store;
  }

  get local(): LocalSecrets {
    return this;
  }

  async resourceVersion(): Promise<string> {
    return `${this.counter}`;
  }

  async get(namespace: string, name: string): Promise<SecretObject | undefined> {
    return this.stored(namespace, name);
  }

  async list(
    namespace: string | undefined,
    limit: number,
    after?: readonly string[],
  ): Promise<readonly SecretObject[]> {
    const start = after ?? (namespace === undefined ? [] : [namespace]);
    const end = namespace === undefined ? [AFTER_ALL] : [namespace, AFTER_ALL];
    // The first key of a range is included, which `after` is not meant to be.
    const range = { start, end, limit: limit + 1 } as unknown as Parameters<typeof this.secrets.getRange>[0];
    const found: SecretObject[] = [];
    for (const { key, value } of this.secrets.getRange(range)) {
      if (after !== undefined && key[0] === after[0] && key[1] === after[1]) continue;
      if (found.length < limit) found.push(this.unseal(...key, value));
    }
    return found;
  }

  write(namespace: string, name: string, change: SecretChange): Promise<SecretObject | undefined> {
    return this.inTurn(async () => {
      const current = this.stored(namespace, name);
      const wanted = change(current);
      if (wanted === 'unchanged' || (wanted === undefined && current === undefined)) return current;
      const version = this.counter + 1;
      const next = wanted && { ...wanted, metadata: { ...wanted.metadata, resourceVersion: `${version}` } };
      await this.commit(version, () => {
        if (next === undefined) void this.secrets.remove([namespace, name]);
        else void this.secrets.put([namespace, name], this.seal(namespace, name, next));
      });
      return next;
    });
  }

  deleteAll(namespace: string): Promise<number> {
    return this.inTurn(async () => {
      const keys = this.keysOf(namespace);
      if (keys.length > 0) await this.removeAll(keys);
      return keys.length;
    });
  }

  async namespaces(): Promise<readonly string[]> {
    return [...new Set([...this.secrets.getKeys()].map(([namespace]) => namespace))];
  }

  async adopt(namespace: string, uid: string): Promise<void> {
    const owner = this.ownerOf(namespace);
    if (owner === uid) return;
    await this.inTurn(async () => {
      const before = this.ownerOf(namespace);
      // Where nothing is known of an owner, secrets are of before owners were noted.
      const former = before === undefined || before === uid ? [] : this.keysOf(namespace);
      await this.removeAll(former, () => this.meta.put(ownerKey(namespace), Buffer.from(uid)));
    });
  }

  async release(namespace: string, uid?: string): Promise<void> {
    await this.inTurn(async () => {
      const owner = this.ownerOf(namespace);
      if (owner !== undefined && uid !== undefined && owner !== uid) return;
      const keys = this.keysOf(namespace);
      if (owner === undefined && keys.length === 0) return;
      await this.removeAll(keys, () => this.meta.remove(ownerKey(namespace)));
    });
  }

  async close(): Promise<void> {
    await this.lastWrite;
    await this.root.close();
  }

  private stored(namespace: string, name: string): SecretObject | undefined {
    const sealed = this.secrets.get([namespace, name]);
    return sealed && this.unseal(namespace, name, sealed);
  }

  private ownerOf(namespace: string): string | undefined {
    return this.meta.get(ownerKey(namespace))?.toString('latin1');
  }

  private keysOf(namespace: string): readonly SecretKey[] {
    const range = { start: [namespace], end: [namespace, AFTER_ALL] } as unknown as Parameters<
      typeof this.secrets.getKeys
    >[0];
    return [...this.secrets.getKeys(range)];
  }

  private removeAll(keys: readonly SecretKey[], change: () => unknown = () => undefined): Promise<void> {
    return this.commit(keys.length === 0 ? this.counter : this.counter + 1, () => {
      for (const key of keys) void this.secrets.remove(key);
      void change();
    });
  }

  private inTurn<T>(write: () => Promise<T>): Promise<T> {
    const turn = this.lastWrite.then(write);
    this.lastWrite = turn.catch(() => undefined);
    return turn;
  }

  /** One transaction with its version; resolves when it is on stable storage. */
  private async commit(version: number, change: () => void): Promise<void> {
    await this.root.batch(() => {
      change();
      void this.meta.put(COUNTER, Buffer.from(`${version}`));
    });
    await this.root.flushed;
    this.counter = version;
  }

  /** Finds out at the start, rather than at the first import, that this is another key. */
  private async probe(keyPath: string): Promise<void> {
    const sealed = this.meta.get(PROBE);
    if (sealed === undefined) {
      await this.meta.put(PROBE, this.cipher.seal(PROBE, Buffer.from(PROBE)));
      await this.root.flushed;
      return;
    }
    try {
      this.cipher.open(PROBE, sealed);
    } catch {
      throw new InvalidSecretKeyError(`${keyPath} is not the key that the stored secrets are encrypted with`);
    }
  }

  private seal(namespace: string, name: string, secret: SecretObject): Buffer {
    return this.cipher.seal(`${namespace}/${name}`, Buffer.from(JSON.stringify(secret)));
  }

  private unseal(namespace: string, name: string, sealed: Buffer): SecretObject {
    return JSON.parse(this.cipher.open(`${namespace}/${name}`, sealed).toString('utf8')) as SecretObject;
  }
}
