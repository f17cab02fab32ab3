import { describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '#lib/event-store';
import { create, creation, push, spec, specify, tag, tagOf, A } from './example-stream.fixture.js';
import { ImageStreamService } from './image-stream-service.js';
import type { StreamCaller } from './image-streams.js';
import { roomFor, UNBOUNDED, type NamespaceBounds, type StreamQuota } from './namespace-bounds.js';
import { OPEN_POLICY } from './stream-policy.js';

const alice: StreamCaller = { actor: { user: 'alice', groups: [] } };

const quota = (max: number): StreamQuota => ({
  name: 'streams',
  hard: [{ resource: 'openshift.io/imagestreams', max, text: `${max}` }],
});

/** A service whose namespaces have a quota. What is counted is what is in the log. */
function setUp(max: number, bounds: Partial<NamespaceBounds> = {}) {
  const store = new InMemoryEventStore();
  let countings = 0;
  const streams = new ImageStreamService(store, OPEN_POLICY, {
    ...UNBOUNDED,
    quotasOf: (namespace) => (namespace === 'free' ? [] : [quota(max)]),
    countStreams: async (namespace) => {
      countings++;
      let count = 0;
      for await (const events of store.readAll({ after: 0 })) {
        for (const { type, stream } of events) {
          if (!stream.startsWith(`imageStream-${namespace}/`)) continue;
          if (type === 'ImageStreamCreated') count++;
          if (type === 'ImageStreamDeleted') count--;
        }
      }
      return count;
    },
    ...bounds,
  });
  const createNamed = (name: string, namespace = 'ns') =>
    streams.create(namespace, { ...create(spec()), creation: { ...creation, namespace, name } }, alice);
  return { streams, store, createNamed, countings: () => countings };
}

describe('a quota of streams', () => {
  it('lets in as many as it says, however many come at once', async () => {
    const { createNamed } = setUp(3);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => createNamed(`s${index}`)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      code: 'forbidden',
      message:
        'exceeded quota: streams, requested: openshift.io/imagestreams=1, used: openshift.io/imagestreams=3, ' +
        'limited: openshift.io/imagestreams=3',
    });
  });

  it('has room again once a stream is deleted', async () => {
    const { streams, createNamed } = setUp(1);
    await createNamed('a');
    await expect(createNamed('b')).rejects.toThrow('exceeded quota');
    await streams.delete('ns', { type: 'DeleteStream', now: new Date(), name: 'a' }, alice);
    await createNamed('b');
  });

  it('counts each namespace for itself, and none that has no quota', async () => {
    const { createNamed, countings } = setUp(1);
    await createNamed('a');
    await createNamed('a', 'other');
    const counted = countings();
    await createNamed('a', 'free');
    await createNamed('b', 'free');
    expect(countings()).toBe(counted);
  });

  it('costs nothing where a stream is there already', async () => {
    const { streams, createNamed, countings } = setUp(1);
    await createNamed('st');
    const counted = countings();
    await streams.push('ns', push('v1', A), alice);
    await streams.specifyTag('ns', specify(tag('t', 'busybox')), alice);
    expect(countings()).toBe(counted);
  });

  it('holds for streams that a tag brings into being, also where other streams have to be looked up', async () => {
    const { streams, createNamed } = setUp(1);
    await createNamed('source');
    await streams.push('ns', push('v1', A, { name: 'source' }), alice);
    await expect(streams.specifyTag('ns', specify(tag('t', tagOf('source:v1'))), alice)).rejects.toThrow(
      'exceeded quota',
    );
  });

  it('tells a dry run the same', async () => {
    const { streams, createNamed } = setUp(1);
    await createNamed('a');
    await expect(streams.preview('ns', 'st', create(spec()), alice)).rejects.toThrow('exceeded quota');
  });

  it('lets the next one in its turn when a creation fails', async () => {
    const { createNamed } = setUp(2);
    await createNamed('a');
    const outcomes = await Promise.allSettled([createNamed('a'), createNamed('b'), createNamed('a'), createNamed('c')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'rejected']);
  });
});

describe('room beside several quotas', () => {
  it('is denied by the first that is used up, with all of its names that are', () => {
    const both: StreamQuota = {
      name: 'both',
      hard: [
        { resource: 'count/imagestreams.image.openshift.io', max: 2, text: '2' },
        { resource: 'openshift.io/imagestreams', max: 2, text: '2' },
      ],
    };
    expect(roomFor([quota(5), both], 2)).toEqual({
      kind: 'exceeded',
      why:
        'exceeded quota: both, requested: count/imagestreams.image.openshift.io=1,openshift.io/imagestreams=1, ' +
        'used: count/imagestreams.image.openshift.io=2,openshift.io/imagestreams=2, ' +
        'limited: count/imagestreams.image.openshift.io=2,openshift.io/imagestreams=2',
    });
    expect(roomFor([quota(5), both], 1)).toEqual({ kind: 'enough' });
  });
});
