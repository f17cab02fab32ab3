import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Postgres } from '#lib/postgres';
import { PostgresServer } from '#lib/testing';
import { temporaryFolder } from '../../testing/tenancy-fixture.js';
import { PASSWORD, secretNamed, secretStoreContract } from '../secret-store.contract.js';
import { PostgresSecretStore } from './postgres-secret-store.js';

describe.skipIf(PostgresServer.missing !== undefined)('Where PostgreSQL is installed,', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  async function newPlace() {
    const folder = await temporaryFolder();
    const keyFile = join(folder.path, 'secrets.key');
    await writeFile(keyFile, Buffer.alloc(32, 7).toString('base64'));
    const schema = server.newSchema();
    const postgres = new Postgres({ connectionString: server.connectionString, schema, poolSize: 4 });
    return {
      ...{ schema, keyFile },
      open: () => PostgresSecretStore.open(postgres, keyFile),
      remove: async () => {
        await postgres.close();
        await folder.remove();
      },
    };
  }

  secretStoreContract('PostgresSecretStore', newPlace);

  describe('secrets in PostgreSQL', () => {
    it('are numbered upwards together, whichever process writes', async () => {
      const [place, names] = [await newPlace(), Array.from({ length: 10 }, (_, n) => `s-${n}`)];
      const [one, other] = [await place.open(), await place.open()];
      const writes = names.map((name, n) =>
        (n % 2 === 0 ? one : other).write('shop', name, () => secretNamed('shop', name)),
      );
      const versions = (await Promise.all(writes)).map((written) => Number(written?.metadata.resourceVersion));
      expect(versions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(await one.resourceVersion()).toBe('10');
      await place.remove();
    });

    it('cannot be read from the database alone', async () => {
      const place = await newPlace();
      const store = await place.open();
      await store.write('shop', 'a', () => secretNamed('shop', 'a'));
      const [row] = await server.run(`select sealed from ${place.schema}.secrets`);
      const sealed = row?.['sealed'] as Buffer;
      expect(sealed.includes(PASSWORD)).toBe(false);
      expect(sealed.includes(Buffer.from(PASSWORD).toString('base64'))).toBe(false);
      await place.remove();
    });

    it('are not opened with another key than that of the others, or without one', async () => {
      const place = await newPlace();
      await place.open();
      await writeFile(place.keyFile, Buffer.alloc(32, 8).toString('base64'));
      await expect(place.open()).rejects.toThrow('is not the key');
      await writeFile(place.keyFile, '');
      await expect(place.open()).rejects.toThrow('does not hold a key');
      await place.remove();
    });

    it('leave the errors of those who change them as they are', async () => {
      const place = await newPlace();
      const store = await place.open();
      const refusal = new RangeError('the connection "timeout" already exists');
      const refused = store.write('shop', 'a', () => {
        throw refusal;
      });
      await expect(refused).rejects.toBe(refusal);
      expect(await store.resourceVersion()).toBe('0');
      await place.remove();
    });
  });
});
