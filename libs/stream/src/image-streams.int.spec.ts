import { describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '#lib/event-store';
import { ServiceOverLoopback } from '#lib/testing';
import { create, push, spec, specify, tag } from './example-stream.fixture.js';
import { ImageStreamService } from './image-stream-service.js';
import { imageStreamsContract, type StreamsToOpen } from './image-streams.contract.js';
import { IMAGE_STREAMS } from './image-streams.js';
import { UNBOUNDED } from './namespace-bounds.js';
import { RemoteImageStreamService } from './remote/remote-image-stream-service.js';
import { STREAM_ERRORS } from './remote/stream-errors.js';
import { ImageStreamController, PULL_AUTHORITY, type PullAuthority } from './remote/stream.controller.js';
import { OPEN_POLICY } from './stream-policy.js';

const WINDOW = 10;

imageStreamsContract('in this process', async ({ store, bounds }) => ({
  streams: new ImageStreamService(store, OPEN_POLICY, bounds),
  close: async () => undefined,
}));

imageStreamsContract('of a service', remote);

async function remote({ store, bounds, mayPullFrom }: StreamsToOpen) {
  const authority: PullAuthority = { mayPullFrom: (user, ...stream) => mayPullFrom(user)(...stream) };
  const service = await ServiceOverLoopback.start({
    controllers: [ImageStreamController],
    providers: [
      { provide: IMAGE_STREAMS, useValue: new ImageStreamService(store, OPEN_POLICY, bounds) },
      { provide: PULL_AUTHORITY, useValue: authority },
    ],
    errors: STREAM_ERRORS,
  });
  const log = new ImageStreamService(store, OPEN_POLICY);
  return {
    streams: new RemoteImageStreamService(service.client, log, WINDOW),
    close: () => service.stop(),
  };
}

describe('two stream services on one log', () => {
  const alice = { actor: { user: 'alice', groups: [] } };
  const nobody = () => () => Promise.reject(new Error('nobody is asked'));

  it('lose and refuse none of the writes of one stream, whichever of them gets it', async () => {
    const store = new InMemoryEventStore();
    const both = [await remote(opening(store)), await remote(opening(store))] as const;
    const [first] = both;
    await first.streams.create('ns', create(spec()), alice);
    const pushes = Array.from({ length: 400 }, (_, index) => push(`t${index % 20}`, digest(index)));
    const written = await Promise.all(
      pushes.map((command, index) => (both[index % 2] ?? first).streams.push('ns', command, alice)),
    );
    expect(new Set(written.map(({ version }) => version)).size).toBe(400);
    const { state } = await first.streams.load('ns', 'st');
    const moved = [...state.tags.values()].map(({ history }) => history.length);
    expect(moved).toEqual(Array.from({ length: 20 }, () => 20));
    await Promise.all(both.map(({ close }) => close()));
  });

  it('show no more of a history than was asked for', async () => {
    const { streams, close } = await remote(opening(new InMemoryEventStore()));
    await streams.create('ns', create(spec()), alice);
    for (let index = 0; index < 2 * WINDOW; index++) await streams.push('ns', push('v1', digest(index)), alice);
    const wish = specify(tag('v1', 'quay.io/a/b:c'));
    expect((await streams.preview('ns', 'st', wish, alice)).state.tags.get('v1')?.history.length).toBe(WINDOW);
    expect((await streams.specifyTag('ns', wish, alice)).state.tags.get('v1')?.history.length).toBe(WINDOW);
    await close();
  });

  const digest = (index: number): string => `sha256:${index.toString(16).padStart(64, '0')}`;
  const opening = (store: InMemoryEventStore): StreamsToOpen => ({ store, bounds: UNBOUNDED, mayPullFrom: nobody });
});
