import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresServer, selfSignedCertificate } from '#lib/testing';
import { migrate } from './migrate.js';
import { PostgresError } from './postgres-error.js';
import { Postgres } from './postgres.js';

describe.skipIf(PostgresServer.missing !== undefined)('Where PostgreSQL is installed,', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.startOwn();
  });
  afterAll(() => server.stop());

  const open = (schema = 'public', poolSize = 2): Postgres =>
    new Postgres({ connectionString: server.connectionString, schema, poolSize });

  describe('a PostgreSQL database', () => {
    it('says in one of three ways why it did nothing', async () => {
      const postgres = open();
      const sql = (text: string) => postgres.rows({ name: text, text });
      await expect(sql('select * from nowhere')).rejects.toMatchObject({ code: 'refused', sqlState: '42P01' });
      await server.kill();
      await expect(sql('select 1')).rejects.toMatchObject({ name: 'PostgresError', code: 'unavailable' });
      await server.startAgain();
      expect(await sql('select 1')).toEqual([[1]]);
      await postgres.close();
    });

    it('leaves open how a transaction ended whose end was not heard', async () => {
      const postgres = open();
      const ended = postgres.transaction(async (connection) => {
        const [row] = await connection.rows({ name: 'pid', text: 'select pg_backend_pid()' });
        await server.run('select pg_terminate_backend($1)', [row?.[0]]);
      });
      await expect(ended).rejects.toMatchObject({ code: 'outcome-unknown' });
      await postgres.close();
    });

    it('takes back a transaction that fails, and keeps the connection', async () => {
      const schema = server.newSchema();
      const postgres = open(schema, 1);
      await server.run(`create schema ${schema}; create table ${schema}.t (n integer)`);
      const insert = { name: 'insert', text: `insert into ${schema}.t values (1)` };
      const failed = postgres.transaction(async (connection) => {
        await connection.rows(insert);
        throw new RangeError('no');
      });
      await expect(failed).rejects.toThrow(RangeError);
      expect(await postgres.rows({ name: 'count', text: `select count(*)::int from ${schema}.t` })).toEqual([[0]]);
      await postgres.close();
    });

    it('tells whoever holds a connection when it is lost', async () => {
      const postgres = open();
      const connection = await postgres.connect();
      const lost = new Promise((resolve) => connection.lost.addEventListener('abort', resolve));
      const [row] = await connection.rows({ name: 'pid', text: 'select pg_backend_pid()' });
      await server.run('select pg_terminate_backend($1)', [row?.[0]]);
      await lost;
      await expect(connection.rows({ name: 'one', text: 'select 1' })).rejects.toThrow(PostgresError);
      await postgres.close();
    });

    it('is spoken to by TLS, with a certificate that is verified', async () => {
      const certificate = await selfSignedCertificate();
      const encrypted = await PostgresServer.startOwn({ tls: certificate });
      const folder = mkdtempSync(join(tmpdir(), 'tagline-tls-'));
      const ca = join(folder, 'ca.crt');
      writeFileSync(ca, certificate.cert);
      const encryption = async (parameters: string): Promise<unknown> => {
        const connectionString = `${encrypted.connectionString}?${parameters}`;
        const postgres = new Postgres({ connectionString, schema: 'public', poolSize: 1 });
        const text = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
        return postgres.rows({ name: 'tls', text }).finally(() => postgres.close());
      };
      expect(await encryption(`sslmode=verify-full&sslrootcert=${ca}`)).toEqual([[true]]);
      expect(await encryption('sslmode=disable')).toEqual([[false]]);
      await expect(encryption('sslmode=verify-full')).rejects.toMatchObject({ code: 'unavailable' });
      await encrypted.stop();
      rmSync(folder, { recursive: true });
    });
  });

  describe('migrations', () => {
    it('are applied once each, in order, however many processes start', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tagline-migrations-'));
      const migrations = { component: 'things', folder: pathToFileURL(`${folder}/`) };
      const schema = server.newSchema();
      const postgres = open(schema);
      writeFileSync(join(folder, '001-things.sql'), 'create table @schema.things (n integer)');
      await Promise.all([1, 2, 3].map(() => migrate(postgres, migrations)));
      writeFileSync(join(folder, '002-more.sql'), 'alter table @schema.things add column m integer');
      await migrate(postgres, migrations);
      const names = await server.run(`select name from ${schema}.migrations order by number`);
      expect(names).toEqual([{ name: '001-things.sql' }, { name: '002-more.sql' }]);
      rmSync(join(folder, '002-more.sql'));
      await expect(migrate(postgres, migrations)).rejects.toThrow('a newer version made them');
      await postgres.close();
      rmSync(folder, { recursive: true });
    });
  });
});
