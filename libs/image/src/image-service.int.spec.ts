import { Test } from '@nestjs/testing';
import { Global, Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { EVENT_STORE, InMemoryEventStore, StaleVersionError } from '#lib/event-store';
import { ImageModule } from './image.module.js';
import { ImageService } from './image-service.js';

const store = { provide: EVENT_STORE, useFactory: () => new InMemoryEventStore() };

@Global()
@Module({ providers: [store], exports: [EVENT_STORE] })
class StoreModule {}

const context = { actor: { user: 'alice', groups: [] } };
const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
const content = { dockerImageReference: 'registry.example.com/team/app:1' };
const command = {
  name: 'an-image',
  uid: 'u-1',
  now: new Date(0),
  origin: 'push',
  existing: 'keep',
  metadata,
  content,
} as const;

const setUp = async (): Promise<ImageService> =>
  (await Test.createTestingModule({ imports: [StoreModule, ImageModule] }).compile()).get(ImageService);

describe('the image service', () => {
  it('says whether an image that is registered was known', async () => {
    const images = await setUp();
    const first = await images.register(command, context);
    expect(first).toEqual({ existed: false, version: 1 });
    expect(await images.register(command, context)).toEqual({ existed: true, version: 1 });
  });

  it('registers an image once, however many writers bring it at once', async () => {
    const images = await setUp();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => images.register(command, context)));
    expect(outcomes.filter(({ existed }) => !existed)).toHaveLength(1);
  });

  it('refuses to revise a version that is no longer current', async () => {
    const images = await setUp();
    const { version } = await images.register(command, context);
    const change = { name: 'an-image', now: new Date(0), content, metadata: { ...metadata, labels: { a: 'b' } } };
    await images.revise(change, context, { version });
    await expect(images.revise(change, context, { version })).rejects.toThrow(StaleVersionError);
  });

  it('shows what a command would lead to without storing it', async () => {
    const images = await setUp();
    const { events, state } = await images.preview({ type: 'RegisterImage', ...command });
    expect(events).toHaveLength(1);
    expect(state?.uid).toBe('u-1');
    expect((await images.load('an-image')).state).toBeUndefined();
  });

  it('refuses names that are too long to be kept', async () => {
    const images = await setUp();
    const name = 'x'.repeat(257);
    await expect(images.register({ ...command, name }, context)).rejects.toMatchObject({ code: 'invalid' });
    await expect(images.delete({ now: new Date(), name }, context)).rejects.toMatchObject({ code: 'not-found' });
  });
});
