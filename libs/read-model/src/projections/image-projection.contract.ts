import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamName, type ImageEvent, type NamespaceEvent, type Signature, type UserMetadata } from '#lib/events';
import type { ImageDocument } from '../documents/image-document.js';
import type { ContractLog } from '../example-log.js';

const name = 'an-image';
const image = streamName.image(name);
const signatures = streamName.imageSignatures(name);
const metadata = (labels: Record<string, string> = {}): UserMetadata => ({
  labels,
  annotations: {},
  finalizers: [],
  ownerReferences: [],
});
const content = { dockerImageReference: 'registry.example.com/team/app:1', dockerImageManifest: '{}' };
const imported: ImageEvent = {
  type: 'ImageImported',
  data: {
    ...{ name, uid: 'u-1', creationTimestamp: '2026-01-01T00:00:00Z', origin: 'push' },
    ...{ metadata: metadata(), content },
  },
};
const signature: Signature = { name: `${name}@one`, uid: 's-1', type: 'AtomicImageV1', content: 'b25l' };

export const imagesContract = (newLog: () => ContractLog) =>
  describe('the read model of images', () => {
    let log: ContractLog;
    beforeEach(() => {
      log = newLog();
    });
    afterEach(() => log.dispose());

    const shown = async (): Promise<ImageDocument | undefined> => {
      const { model, close } = await log.project();
      const json = await model.image(name);
      await close();
      return json && (JSON.parse(json.toString('utf8')) as ImageDocument);
    };

    it('shows an image as the API does', async () => {
      await log.append(image, [imported]);
      expect(await shown()).toEqual({
        kind: 'Image',
        apiVersion: 'image.openshift.io/v1',
        metadata: { name, uid: 'u-1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
        ...content,
      });
    });

    it('follows its metadata, its content and its signatures, each with its own position', async () => {
      await log.append(image, [imported]);
      await log.append(image, [{ type: 'ImageMetadataChanged', data: { name, ...metadata({ team: 'a' }) } }]);
      expect(await shown()).toMatchObject({ metadata: { labels: { team: 'a' }, resourceVersion: '2' } });
      const amended = { dockerImageReference: 'registry.example.com/mirror/app:1' };
      await log.append(image, [{ type: 'ImageContentAmended', data: { name, content: amended } }]);
      expect(await shown()).toMatchObject({ ...amended, metadata: { resourceVersion: '3' } });
      expect(await shown()).not.toHaveProperty('dockerImageManifest');
      await log.append(signatures, [{ type: 'SignatureAdded', data: { image: name, signature } }]);
      expect(await shown()).toMatchObject({
        metadata: { resourceVersion: '4', labels: { team: 'a' } },
        signatures: [{ metadata: { name: signature.name, uid: 's-1', creationTimestamp: null }, content: 'b25l' }],
      });
      const verified = { ...signature, imageIdentity: 'registry.example.com/team/app:1' };
      await log.append(signatures, [{ type: 'SignatureVerified', data: { image: name, signature: verified } }]);
      expect(await shown()).toMatchObject({ signatures: [{ imageIdentity: verified.imageIdentity }] });
      await log.append(signatures, [{ type: 'SignatureRemoved', data: { image: name, name: signature.name } }]);
      expect(await shown()).not.toHaveProperty('signatures');
    });

    it('forgets an image that is deleted, with its signatures', async () => {
      await log.append(image, [imported]);
      await log.append(signatures, [{ type: 'SignatureAdded', data: { image: name, signature } }]);
      await log.append(image, [{ type: 'ImageDeleted', data: { name, uid: 'u-1' } }]);
      expect(await shown()).toBeUndefined();
      await log.append(signatures, [{ type: 'SignatureRemoved', data: { image: name, name: signature.name } }]);
      expect(await shown()).toBeUndefined();
      await log.append(image, [imported]);
      expect(await shown()).not.toHaveProperty('signatures');
    });

    it('lists images by name, in pages', async () => {
      for (const letter of ['c', 'a', 'b']) {
        await log.append(streamName.image(letter), [{ ...imported, data: { ...imported.data, name: letter } }]);
      }
      const { model } = await log.project();
      expect((await model.images({ limit: 2 })).map((one) => one.name)).toEqual(['a', 'b']);
      expect((await model.images({ limit: 2, after: ['b'] })).map((one) => one.name)).toEqual(['c']);
    });
  });

export const namespacesContract = (newLog: () => ContractLog) =>
  describe('the read model of namespaces', () => {
    it('follows a namespace until it is gone', async () => {
      const log = newLog();
      const stream = streamName.namespace('team');
      const { model } = await log.project();
      const base = { name: 'team', uid: 'u-1', creationTimestamp: '2026-01-01T00:00:00Z' };
      const show = async (event: NamespaceEvent): Promise<unknown> => {
        await model.waitFor(await log.append(stream, [event]));
        return (await model.namespace('team'))?.namespace;
      };
      const labels = { a: 'b' };
      const created = { ...base, labels: {}, annotations: {} };
      expect(await show({ type: 'NamespaceCreated', data: created })).toEqual(created);
      const changed = { name: 'team', labels, annotations: {} };
      expect(await show({ type: 'NamespaceMetadataChanged', data: changed })).toMatchObject({ labels });
      const requested = { name: 'team', uid: 'u-1', deletionTimestamp: '2026-02-01T00:00:00Z' };
      expect(await show({ type: 'NamespaceDeletionRequested', data: requested })).toMatchObject(requested);
      expect((await model.namespaces({ limit: 5 })).map(({ version }) => version)).toEqual([3]);
      expect(await show({ type: 'NamespaceDeleted', data: { name: 'team', uid: 'u-1' } })).toBeUndefined();
      await log.dispose();
    });
  });
