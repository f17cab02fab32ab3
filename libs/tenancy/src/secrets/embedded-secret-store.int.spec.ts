import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/tenancy-fixture.js';
import { EmbeddedSecretStore } from './embedded-secret-store.js';
import { PASSWORD, secretNamed, secretStoreContract } from './secret-store.contract.js';
import type { SecretObject } from './secret.js';

secretStoreContract('EmbeddedSecretStore', async () => {
  const folder = await temporaryFolder();
  return { open: () => EmbeddedSecretStore.open(folder.path), remove: folder.remove };
});

describe('the files of secrets', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: EmbeddedSecretStore;
  const put = (secret: SecretObject) => store.write(secret.metadata.namespace, secret.metadata.name, () => secret);

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await EmbeddedSecretStore.open(folder.path);
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  it('show no trace of a secret, and are for the owner alone', async () => {
    await put(secretNamed('shop', 'a'));
    for (const file of await readdir(folder.path)) {
      const content = await readFile(join(folder.path, file));
      expect(content.includes(PASSWORD), file).toBe(false);
      expect(content.includes(Buffer.from(PASSWORD).toString('base64')), file).toBe(false);
    }
    expect((await stat(join(folder.path, 'secrets.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, 'secrets.lmdb'))).mode & 0o777).toBe(0o600);
  });

  it('do not start with another key, or without one, once there are secrets', async () => {
    await put(secretNamed('shop', 'a'));
    await store.close();
    const path = join(folder.path, 'secrets.key');
    const key = await readFile(path, 'utf8');
    await writeFile(path, Buffer.alloc(32).toString('base64'));
    await expect(EmbeddedSecretStore.open(folder.path)).rejects.toThrow('is not the key');
    await writeFile(path, 'short');
    await expect(EmbeddedSecretStore.open(folder.path)).rejects.toThrow('does not hold a key');
    await rm(path);
    await expect(EmbeddedSecretStore.open(folder.path)).rejects.toThrow('restore it');
    await writeFile(path, key);
    store = await EmbeddedSecretStore.open(folder.path);
    expect(await store.get('shop', 'a')).toBeDefined();
  });

  it('know which namespace secrets are of, and keep none of one that is gone', async () => {
    const names = async () => (await store.list(undefined, 10)).map(({ metadata }) => metadata.name);
    await put(secretNamed('shop', 'old'));
    // Secrets of before owners were noted are of the namespace that is there.
    await store.adopt('shop', 'first');
    expect(await names()).toEqual(['old']);
    expect(await store.namespaces()).toEqual(['shop']);
    await store.release('shop', 'another');
    await store.adopt('shop', 'first');
    expect(await names()).toEqual(['old']);
    await store.adopt('shop', 'second');
    expect(await names()).toEqual([]);
    await put(secretNamed('shop', 'new'));
    await store.release('shop', 'first');
    expect(await names()).toEqual(['new']);
    await store.close();
    store = await EmbeddedSecretStore.open(folder.path);
    const before = await store.resourceVersion();
    await store.release('shop', 'second');
    expect(await names()).toEqual([]);
    expect(Number(await store.resourceVersion())).toBeGreaterThan(Number(before));
    expect(await store.namespaces()).toEqual([]);
  });
});
