import { migrate, type Postgres, type Queryable, type Row, type Statement } from '#lib/postgres';
import type { SecretObject } from '../secret.js';
import { SecretCipher } from '../secret-cipher.js';
import { InvalidSecretKeyError, loadSecretKey } from '../secret-key.js';
import type { SecretChange, SecretStore } from '../secret-store.js';

const PROBE = 'probe';

/** Secrets in PostgreSQL, for as many processes as have the key. */
export class PostgresSecretStore implements SecretStore {
  private readonly statements: ReturnType<typeof statementsFor>;

  private constructor(
    private readonly postgres: Postgres,
    private readonly cipher: SecretCipher,
  ) {
    this.statements = statementsFor(postgres.schema);
  }

  /**
   * Makes the tables at the first start. The database is closed by whoever opened it.
   *
   * @throws InvalidSecretKeyError when the key is not the one that the secrets are encrypted with.
   */
  static async open(postgres: Postgres, keyPath: string): Promise<PostgresSecretStore> {
    const key = await loadSecretKey(keyPath);
    await migrate(postgres, { component: 'secrets', folder: new URL('./migrations/', import.meta.url) });
    const store = new PostgresSecretStore(postgres, new SecretCipher(key));
    await store.probe(keyPath);
    return store;
  }

  async resourceVersion(): Promise<string> {
    const [row] = await this.postgres.rows(this.statements.version);
    return String(row?.[0]);
  }

  get(namespace: string, name: string): Promise<SecretObject | undefined> {
    return this.stored(this.postgres, namespace, name);
  }

  async list(
    namespace: string | undefined,
    limit: number,
    after?: readonly string[],
  ): Promise<readonly SecretObject[]> {
    const [afterNamespace = namespace ?? '', afterName = ''] = after ?? [];
    const values = [afterNamespace, afterName, namespace ?? null, limit];
    const rows = await this.postgres.rows(this.statements.list, values);
    return rows.map((row) => this.unseal(row));
  }

  write(namespace: string, name: string, change: SecretChange): Promise<SecretObject | undefined> {
    return this.postgres.transaction(async (db) => {
      const version = (await this.turn(db)) + 1n;
      const current = await this.stored(db, namespace, name);
      const wanted = change(current);
      if (wanted === 'unchanged' || (wanted === undefined && current === undefined)) return current;
      await db.rows(this.statements.setVersion, [version]);
      if (wanted === undefined) {
        await db.rows(this.statements.remove, [namespace, name]);
        return undefined;
      }
      const next = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: `${version}` } };
      await db.rows(this.statements.put, [namespace, name, this.seal(namespace, name, next)]);
      return next;
    });
  }

  deleteAll(namespace: string): Promise<number> {
    return this.postgres.transaction(async (db) => {
      const version = (await this.turn(db)) + 1n;
      const deleted = await db.rows(this.statements.removeAll, [namespace]);
      if (deleted.length > 0) await db.rows(this.statements.setVersion, [version]);
      return deleted.length;
    });
  }

  async close(): Promise<void> {
    // Nothing of its own is open.
  }

  /** Waits until nobody else writes, also in another process. @returns the version of the last write. */
  private async turn(db: Queryable): Promise<bigint> {
    const [row] = await db.rows(this.statements.turn);
    return BigInt(row?.[0] as string);
  }

  private async stored(db: Queryable, namespace: string, name: string): Promise<SecretObject | undefined> {
    const [row] = await db.rows(this.statements.get, [namespace, name]);
    return row && this.unseal(row);
  }

  /** Finds out at the start, rather than at the first import, that this is another key. */
  private async probe(keyPath: string): Promise<void> {
    await this.postgres.rows(this.statements.setProbe, [this.cipher.seal(PROBE, Buffer.from(PROBE))]);
    const [row] = await this.postgres.rows(this.statements.probe);
    try {
      this.cipher.open(PROBE, row?.[0] as Buffer);
    } catch {
      throw new InvalidSecretKeyError(`${keyPath} is not the key that the stored secrets are encrypted with`);
    }
  }

  private seal(namespace: string, name: string, secret: SecretObject): Buffer {
    return this.cipher.seal(`${namespace}/${name}`, Buffer.from(JSON.stringify(secret)));
  }

  private unseal([namespace, name, sealed]: Row): SecretObject {
    const text = this.cipher.open(`${String(namespace)}/${String(name)}`, sealed as Buffer).toString('utf8');
    return JSON.parse(text) as SecretObject;
  }
}

function statementsFor(schema: string) {
  const [secrets, state] = [`${schema}.secrets`, `${schema}.secrets_state`];
  const named = (name: string, text: string): Statement => ({ name: `secrets-${name}`, text });
  return {
    version: named('version', `select version from ${state}`),
    turn: named('turn', `select version from ${state} for update`),
    setVersion: named('set-version', `update ${state} set version = $1`),
    probe: named('probe', `select probe from ${state}`),
    setProbe: named('set-probe', `update ${state} set probe = $1 where probe is null`),
    get: named('get', `select namespace, name, sealed from ${secrets} where namespace = $1 and name = $2`),
    list: named(
      'list',
      `select namespace, name, sealed from ${secrets}
       where (namespace, name) > ($1, $2) and ($3::text is null or namespace = $3)
       order by namespace, name limit $4`,
    ),
    put: named(
      'put',
      `insert into ${secrets} (namespace, name, sealed) values ($1, $2, $3)
       on conflict (namespace, name) do update set sealed = excluded.sealed`,
    ),
    remove: named('remove', `delete from ${secrets} where namespace = $1 and name = $2`),
    removeAll: named('remove-all', `delete from ${secrets} where namespace = $1 returning 1`),
  };
}
