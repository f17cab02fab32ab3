import { readFileSync } from 'node:fs';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { EVENT_STORE, InMemoryEventStore } from '#lib/event-store';
import { SignatureModule } from './signature.module.js';
import { SignatureService } from './signature-service.js';

@Global()
@Module({
  providers: [{ provide: EVENT_STORE, useFactory: () => new InMemoryEventStore() }],
  exports: [EVENT_STORE],
})
class StoreModule {}

const context = { actor: { user: 'alice', groups: [] } };
const image = 'an-image';
const content = readFileSync(new URL('content/fixtures/simple-signing.gpg', import.meta.url)).toString('base64');
const signature = { name: `${image}@one`, type: 'AtomicImageV1', content };
const added = { image, signature, uid: 'u-1', now: new Date(0) };

const setUp = async (): Promise<SignatureService> =>
  (await Test.createTestingModule({ imports: [StoreModule, SignatureModule] }).compile()).get(SignatureService);

describe('the signature service', () => {
  it('adds a signature with what its content says of itself', async () => {
    const signatures = await setUp();
    const { state } = await signatures.add(added, context);
    expect(state).toMatchObject([{ name: signature.name, imageIdentity: 'registry.example.com/team/app:1' }]);
  });

  it('takes back what it gave out, whoever wrote the claims', async () => {
    const signatures = await setUp();
    const { state, version } = await signatures.add(added, context);
    const handled = await signatures.replace({ image, desired: state }, context, { version });
    expect(handled).toMatchObject({ events: [], version });
  });

  it('shows what a command would lead to without storing it', async () => {
    const signatures = await setUp();
    expect((await signatures.preview({ type: 'AddSignature', ...added })).state).toHaveLength(1);
    expect((await signatures.load(image)).state).toEqual([]);
  });

  it('discards all signatures of an image', async () => {
    const signatures = await setUp();
    await signatures.add(added, context);
    expect((await signatures.discard({ image }, context)).state).toEqual([]);
  });
});
