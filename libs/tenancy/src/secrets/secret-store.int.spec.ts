import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/tenancy-fixture.js';
import { pullSecrets } from './pull-secrets.js';
import type { SecretObject } from './secret.js';
import { SecretCipher } from './secret-cipher.js';
import { SecretStore } from './secret-store.js';

const PASSWORD = 'correct-horse-battery-staple';

const secretNamed = (namespace: string, name: string, more: Partial<SecretObject> = {}): SecretObject => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { namespace, name },
  type: 'Opaque',
  data: { password: Buffer.from(PASSWORD).toString('base64') },
  ...more,
});

describe('SecretStore', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: SecretStore;
  const put = (secret: SecretObject) => store.write(secret.metadata.namespace, secret.metadata.name, () => secret);

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await SecretStore.open(folder.path);
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await SecretStore.open(folder.path);
  };

  it('keeps secrets over a restart', async () => {
    await put(secretNamed('shop', 'a'));
    await reopen();
    expect(store.get('shop', 'a')?.data).toEqual({ password: Buffer.from(PASSWORD).toString('base64') });
    expect(store.get('shop', 'b')).toBeUndefined();
  });

  it('leaves no trace of a secret in any file, and files for the owner alone', async () => {
    await put(secretNamed('shop', 'a'));
    for (const file of await readdir(folder.path)) {
      const content = await readFile(join(folder.path, file));
      expect(content.includes(PASSWORD), file).toBe(false);
      expect(content.includes(Buffer.from(PASSWORD).toString('base64')), file).toBe(false);
    }
    expect((await stat(join(folder.path, 'secrets.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, 'secrets.lmdb'))).mode & 0o777).toBe(0o600);
  });

  it('numbers writes upwards for ever, also over deletions and restarts', async () => {
    const versions: (string | undefined)[] = [];
    versions.push((await put(secretNamed('shop', 'a')))?.metadata.resourceVersion);
    versions.push((await put(secretNamed('shop', 'b')))?.metadata.resourceVersion);
    await store.write('shop', 'b', () => undefined);
    await reopen();
    expect(store.resourceVersion).toBe('3');
    versions.push((await put(secretNamed('shop', 'b')))?.metadata.resourceVersion);
    expect(versions).toEqual(['1', '2', '4']);
  });

  it('writes nothing when a change says so or throws', async () => {
    await put(secretNamed('shop', 'a'));
    await store.write('shop', 'a', () => 'unchanged');
    await store.write('shop', 'nothing', () => undefined);
    await expect(
      store.write('shop', 'a', () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(store.resourceVersion).toBe('1');
  });

  it('decides every change on what the one before it left', async () => {
    await put(secretNamed('shop', 'a', { data: {} }));
    const add = (key: string) =>
      store.write('shop', 'a', (current) => ({ ...(current as SecretObject), data: { ...current?.data, [key]: '' } }));
    await Promise.all(['x', 'y', 'z'].map(add));
    expect(Object.keys(store.get('shop', 'a')?.data ?? {})).toEqual(['x', 'y', 'z']);
  });

  it('lists by namespace and name, in pages', async () => {
    for (const [namespace, name] of [
      ['b', '1'],
      ['a', '2'],
      ['a', '1'],
      ['a-b', '1'],
      ['aa', '1'],
    ] as const) {
      await put(secretNamed(namespace, name));
    }
    const names = (secrets: readonly SecretObject[]) =>
      secrets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(names(store.list('a', 10))).toEqual(['a/1', 'a/2']);
    expect(names(store.list('a', 1))).toEqual(['a/1']);
    expect(names(store.list('a', 1, ['a', '1']))).toEqual(['a/2']);
    expect(names(store.list('a', 10, ['a', '2']))).toEqual([]);
    expect(names(store.list(undefined, 10))).toEqual(['a/1', 'a/2', 'a-b/1', 'aa/1', 'b/1']);
    expect(names(store.list(undefined, 2, ['a', '2']))).toEqual(['a-b/1', 'aa/1']);
  });

  it('deletes all secrets of one namespace and of no other', async () => {
    for (const namespace of ['a', 'a-b', 'b']) await put(secretNamed(namespace, '1'));
    expect(await store.deleteAll('a')).toBe(1);
    expect(await store.deleteAll('a')).toBe(0);
    expect(store.list(undefined, 10).map(({ metadata }) => metadata.namespace)).toEqual(['a-b', 'b']);
  });

  it('does not start with another key, or without one, once there are secrets', async () => {
    await put(secretNamed('shop', 'a'));
    await store.close();
    const path = join(folder.path, 'secrets.key');
    const key = await readFile(path, 'utf8');
    await writeFile(path, Buffer.alloc(32).toString('base64'));
    await expect(SecretStore.open(folder.path)).rejects.toThrow('is not the key');
    await writeFile(path, 'short');
    await expect(SecretStore.open(folder.path)).rejects.toThrow('does not hold a key');
    await rm(path);
    await expect(SecretStore.open(folder.path)).rejects.toThrow('restore it');
    await writeFile(path, key);
    store = await SecretStore.open(folder.path);
    expect(store.get('shop', 'a')).toBeDefined();
  });

  it('finds what imports may use', async () => {
    const config = { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') };
    const type = 'kubernetes.io/dockerconfigjson';
    await put(secretNamed('shop', 'used', { type, data: config }));
    await put(secretNamed('shop', 'other', { type: 'Opaque' }));
    await put(secretNamed('elsewhere', 'used', { type, data: config }));
    const old = { '.dockercfg': Buffer.from('{}').toString('base64') };
    await put(secretNamed('shop', 'old', { type: 'kubernetes.io/dockercfg', data: old }));
    const annotations = { 'openshift.io/image.excludeSecret': 'true' };
    await put(secretNamed('shop', 'hidden', { type, metadata: { namespace: 'shop', name: 'hidden', annotations } }));
    expect(
      pullSecrets(store, 'shop').map(({ secret, format, config: text }) => [secret.metadata.name, format, text]),
    ).toEqual([
      ['old', 'dockercfg', '{}'],
      ['used', 'dockerconfigjson', '{"auths":{}}'],
    ]);
  });
});

describe('SecretCipher', () => {
  const cipher = new SecretCipher(Buffer.alloc(32, 7));
  const sealed = cipher.seal('shop/a', Buffer.from(PASSWORD));

  it('opens what it sealed, where it was sealed for', () => {
    expect(cipher.open('shop/a', sealed).toString()).toBe(PASSWORD);
  });

  it('never seals the same way twice', () => {
    expect(cipher.seal('shop/a', Buffer.from(PASSWORD)).equals(sealed)).toBe(false);
  });

  it('does not open what was moved, changed, cut short or sealed with another key', () => {
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const attempts = [
      () => cipher.open('shop/b', sealed),
      () => cipher.open('shop/a', changed),
      () => cipher.open('shop/a', sealed.subarray(0, 20)),
      () => cipher.open('shop/a', Buffer.alloc(0)),
      () => new SecretCipher(Buffer.alloc(32, 8)).open('shop/a', sealed),
    ];
    for (const attempt of attempts) expect(attempt).toThrow('cannot be decrypted');
  });
});
