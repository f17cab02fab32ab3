import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore, StaleVersionError, type EventStore } from '#lib/event-store';
import type { Signatures } from './signatures.js';

export interface OpenSignatures {
  readonly signatures: Signatures;
  readonly close: () => Promise<void>;
}

const context = { actor: { user: 'alice', groups: [] } };
const image = 'an-image';
const content = readFileSync(new URL('content/fixtures/simple-signing.gpg', import.meta.url)).toString('base64');
const signature = { name: `${image}@one`, type: 'AtomicImageV1', content };
const added = { image, signature, uid: 'u-1', now: new Date(0) };

/** What all {@link Signatures} have in common, wherever they are. */
export function signaturesContract(where: string, open: (store: EventStore) => Promise<OpenSignatures>): void {
  describe(`signatures ${where}`, () => {
    let opened: OpenSignatures;
    let signatures: Signatures;

    beforeEach(async () => {
      opened = await open(new InMemoryEventStore());
      ({ signatures } = opened);
    });

    afterEach(() => opened.close());

    it('are added with what their content says of itself', async () => {
      const { state, version } = await signatures.add(added, context);
      expect(version).toBe(1);
      expect(state).toMatchObject([
        {
          name: signature.name,
          creationTimestamp: '1970-01-01T00:00:00Z',
          imageIdentity: 'registry.example.com/team/app:1',
        },
      ]);
    });

    it('are there once', async () => {
      await signatures.add(added, context);
      await expect(signatures.add(added, context)).rejects.toMatchObject({ code: 'already-exists' });
    });

    it('that were verified say so', async () => {
      await signatures.add(added, context);
      const conditions = [
        { type: 'ForImage', status: 'True', lastProbeTime: null, lastTransitionTime: null },
        { type: 'Trusted', status: 'True', lastProbeTime: null, lastTransitionTime: null },
      ];
      const command = { image, name: signature.name, conditions, claims: {} };
      expect(await signatures.recordVerification(command, context)).toMatchObject({ version: 2 });
      expect((await signatures.load(image)).state).toMatchObject([{ conditions }]);
    });

    it('are replaced only as of the version that the writer knows', async () => {
      const { state, version } = await signatures.add(added, context);
      expect(await signatures.replace({ image, desired: state }, context, { version })).toMatchObject({ version });
      expect((await signatures.replace({ image, desired: [] }, context, { version })).version).toBe(2);
      await expect(signatures.replace({ image, desired: [] }, context, { version })).rejects.toBeInstanceOf(
        StaleVersionError,
      );
    });

    it('are removed one by one, or all', async () => {
      await signatures.add(added, context);
      expect((await signatures.remove({ image, name: signature.name }, context)).version).toBe(2);
      await expect(signatures.remove({ image, name: signature.name }, context)).rejects.toMatchObject({
        code: 'not-found',
        subject: signature.name,
      });
      await signatures.add(added, context);
      await signatures.discard({ image }, context);
      expect((await signatures.load(image)).state).toEqual([]);
    });

    it('show what a command would lead to without storing it', async () => {
      expect((await signatures.preview({ type: 'AddSignature', ...added })).state).toHaveLength(1);
      expect((await signatures.load(image)).state).toEqual([]);
    });
  });
}
