import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pullSecrets } from './pull-secrets.js';
import type { SecretObject } from './secret.js';
import type { SecretStore } from './secret-store.js';

export const PASSWORD = 'correct-horse-battery-staple';

/** Somewhere that secrets are kept, empty at first. */
export interface SecretPlace {
  readonly open: () => Promise<SecretStore>;
  readonly remove: () => Promise<void>;
}

export const secretNamed = (namespace: string, name: string, more: Partial<SecretObject> = {}): SecretObject => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { namespace, name },
  type: 'Opaque',
  data: { password: Buffer.from(PASSWORD).toString('base64') },
  ...more,
});

/** What holds of secrets, wherever they are kept. */
export const secretStoreContract = (name: string, newPlace: () => Promise<SecretPlace>) =>
  describe(`${name} keeps the contract of secret stores:`, () => {
    let place: SecretPlace;
    let store: SecretStore;
    const put = (secret: SecretObject) => store.write(secret.metadata.namespace, secret.metadata.name, () => secret);

    beforeEach(async () => {
      place = await newPlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await place.open();
    };

    it('keeps secrets over a restart', async () => {
      await put(secretNamed('shop', 'a'));
      await reopen();
      expect((await store.get('shop', 'a'))?.data).toEqual({ password: Buffer.from(PASSWORD).toString('base64') });
      expect(await store.get('shop', 'b')).toBeUndefined();
    });

    it('numbers writes upwards for ever, also over deletions and restarts', async () => {
      const versions: (string | undefined)[] = [];
      versions.push((await put(secretNamed('shop', 'a')))?.metadata.resourceVersion);
      versions.push((await put(secretNamed('shop', 'b')))?.metadata.resourceVersion);
      await store.write('shop', 'b', () => undefined);
      await reopen();
      expect(await store.resourceVersion()).toBe('3');
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
      expect(await store.resourceVersion()).toBe('1');
    });

    it('decides every change on what the one before it left', async () => {
      await put(secretNamed('shop', 'a', { data: {} }));
      const add = (key: string) =>
        store.write('shop', 'a', (current) => ({
          ...(current as SecretObject),
          data: { ...current?.data, [key]: '' },
        }));
      await Promise.all(['x', 'y', 'z'].map(add));
      // Whoever is first is first.
      expect(Object.keys((await store.get('shop', 'a'))?.data ?? {}).sort()).toEqual(['x', 'y', 'z']);
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
      expect(names(await store.list('a', 10))).toEqual(['a/1', 'a/2']);
      expect(names(await store.list('a', 1))).toEqual(['a/1']);
      expect(names(await store.list('a', 1, ['a', '1']))).toEqual(['a/2']);
      expect(names(await store.list('a', 10, ['a', '2']))).toEqual([]);
      expect(names(await store.list(undefined, 10))).toEqual(['a/1', 'a/2', 'a-b/1', 'aa/1', 'b/1']);
      expect(names(await store.list(undefined, 2, ['a', '2']))).toEqual(['a-b/1', 'aa/1']);
    });

    it('deletes all secrets of one namespace and of no other', async () => {
      for (const namespace of ['a', 'a-b', 'b']) await put(secretNamed(namespace, '1'));
      expect(await store.deleteAll('a')).toBe(1);
      expect(await store.deleteAll('a')).toBe(0);
      expect((await store.list(undefined, 10)).map(({ metadata }) => metadata.namespace)).toEqual(['a-b', 'b']);
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
        (await pullSecrets(store, 'shop')).map(({ secret, format, config: text }) => [
          secret.metadata.name,
          format,
          text,
        ]),
      ).toEqual([
        ['old', 'dockercfg', '{}'],
        ['used', 'dockerconfigjson', '{"auths":{}}'],
      ]);
    });
  });
