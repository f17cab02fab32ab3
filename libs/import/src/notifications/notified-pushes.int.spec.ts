import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '#lib/event-store';
import { ImageService } from '#lib/image';
import { RegistryTransport } from '#lib/registry';
import { ImageStreamService, OPEN_POLICY, tagStateOf } from '#lib/stream';
import { InProcessRegistry } from '#lib/testing';
import { Importer } from '../importer/importer.js';
import { NotifiedPushes, type Notifier } from './notified-pushes.js';
import type { NotifiedPush } from './registry-notification.js';

const notifier: Notifier = {
  caller: { actor: { user: 'registry', groups: [] } },
  refusePush: () => Promise.resolve(undefined),
  signal: AbortSignal.timeout(10_000),
};

describe('the pushes that a registry tells of', () => {
  let registry: InProcessRegistry;
  let transport: RegistryTransport;
  let store: InMemoryEventStore;
  let streams: ImageStreamService;
  let pushes: NotifiedPushes;

  beforeEach(async () => {
    registry = await InProcessRegistry.start();
    transport = new RegistryTransport();
    store = new InMemoryEventStore();
    streams = new ImageStreamService(store, OPEN_POLICY);
    const importer = new Importer({ transport, pullSecretsOf: () => [] });
    pushes = new NotifiedPushes({ images: new ImageService(store), streams, importer });
  });
  afterEach(async () => {
    await transport.close();
    await registry.close();
  });

  const pushOf = (tag: string, digest: string): NotifiedPush => ({
    ...{ namespace: 'shop', stream: 'web', repository: 'shop/web', tag, digest },
    ...{ registry: registry.host, insecure: true },
  });

  const imagesOf = async (tag: string): Promise<string[]> => {
    const { state } = await streams.load('shop', 'web');
    return [...tagStateOf(state, tag).history].map(({ image }) => image);
  };

  it('move tags, and create the stream that they need', async () => {
    const { digest: first } = registry.image({ repository: 'shop/web', tag: 'v1' });
    const { digest: second } = registry.image({ repository: 'shop/web', tag: 'v1', env: ['RELEASE=2'] });
    const outcomes = await pushes.handle([pushOf('v1', first), pushOf('v1', second)], notifier);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['moved', 'moved']);
    expect(await imagesOf('v1')).toEqual([second, first]);
  });

  it('change nothing when they are told again', async () => {
    const { digest } = registry.image({ repository: 'shop/web', tag: 'v1' });
    await pushes.handle([pushOf('v1', digest)], notifier);
    const before = await store.lastPosition();
    await pushes.handle([pushOf('v1', digest)], notifier);
    expect(await store.lastPosition()).toBe(before);
  });

  it('leave no trace where the notifier may not push, or the registry has no such image', async () => {
    const { digest } = registry.image({ repository: 'shop/web', tag: 'v1' });
    const refusePush = (): Promise<string> => Promise.resolve('not yours');
    const [refused] = await pushes.handle([pushOf('v1', digest)], { ...notifier, refusePush });
    expect(refused).toMatchObject({ kind: 'refused', reason: 'not yours' });
    const [missing] = await pushes.handle([pushOf('v1', `sha256:${'0'.repeat(64)}`)], notifier);
    expect(missing?.kind).toBe('refused');
    expect(await store.lastPosition()).toBe(0);
  });
});
