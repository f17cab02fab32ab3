import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandHandler, type Decider } from '#lib/event-store';
import { streamName, type ImageStreamEvent } from '#lib/events';
import type { KubeObject } from '#lib/kube-api';
import { SYSTEM } from '../system-actor.js';
import { ADMIN_USER, namesIn, requestBy, tenancyFixture, type TenancyFixture } from '../testing/tenancy-fixture.js';
import type { LimitRangeObject, ResourceQuotaObject } from './limit-objects.js';

const WRITE = { dryRun: false };
const request = requestBy(ADMIN_USER);

let fixture: TenancyFixture;

beforeEach(async () => {
  fixture = await tenancyFixture();
  await fixture.namespaces.handle(fixture.namespaces.creation('shop'), { actor: SYSTEM });
});
afterEach(() => fixture.close());

const ranges = () => fixture.storage('', 'limitranges');
const quotas = () => fixture.storage('', 'resourcequotas');

type Limits = NonNullable<LimitRangeObject['spec']>['limits'];

const range = (name: string, limits: Limits): LimitRangeObject => ({
  ...{ kind: 'LimitRange', apiVersion: 'v1', metadata: { name } },
  spec: { ...(limits && { limits }) },
});
const createRange = (name: string, limits: Limits, dryRun = false) =>
  ranges().create(request, { namespace: 'shop', name }, range(name, limits), { dryRun });

const quota = (name: string, spec: NonNullable<ResourceQuotaObject['spec']>): ResourceQuotaObject => ({
  ...{ kind: 'ResourceQuota', apiVersion: 'v1', metadata: { name }, spec },
});
const createQuota = (name: string, hard: Readonly<Record<string, string>>) =>
  quotas().create(request, { namespace: 'shop', name }, quota(name, { hard }), WRITE);
const shownQuota = async (name: string) =>
  (await quotas().get(request, { namespace: 'shop', name })).object() as ResourceQuotaObject;

const STREAM = 'openshift.io/ImageStream';
const images = (max: string) => [{ type: STREAM, max: { 'openshift.io/images': max } }];

/** Takes events of streams as they come. */
const scribe: Decider<undefined, readonly ImageStreamEvent[], ImageStreamEvent> = {
  ...{ initialState: undefined, evolve: () => undefined },
  decide: (events) => events,
};

/** Appends to the log what the image stream context would. */
async function append(name: string, event: ImageStreamEvent): Promise<void> {
  const handler = new CommandHandler(fixture.store, scribe, { cachedAggregates: 1 });
  await handler.handle(streamName.imageStream('shop', name), [event], { actor: SYSTEM });
}

const created = (name: string): ImageStreamEvent => ({
  type: 'ImageStreamCreated',
  data: {
    ...{ namespace: 'shop', name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 },
    metadata: { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] },
    ...{ lookupPolicy: { local: false }, dockerImageRepository: '' },
  },
});

describe('limit ranges', () => {
  it('are what was declared last', async () => {
    await createRange('a', images('5'));
    const key = { namespace: 'shop', name: 'a' };
    await ranges().update(
      request,
      key,
      (now) => ({ ...range('a', images('7')), metadata: (now as KubeObject).metadata }),
      WRITE,
    );
    const shown = (await ranges().get(request, key)).object() as LimitRangeObject;
    expect(shown.spec?.limits).toEqual(images('7'));
    expect(shown.metadata).toMatchObject({
      name: 'a',
      namespace: 'shop',
      resourceVersion: expect.any(String) as string,
    });
    await ranges().delete(request, key, WRITE);
    await expect(ranges().get(request, key)).rejects.toThrow('limitranges "a" not found');
  });

  it('are in force when their writer is answered: the smallest of all counts', async () => {
    expect(fixture.limitIndex.streamLimits('shop')).toBeUndefined();
    await createRange('a', images('5'));
    await createRange('b', [
      { type: STREAM, max: { 'openshift.io/images': '3', 'openshift.io/image-tags': '1k' } },
      { type: 'openshift.io/Image', max: { storage: '1Gi' } },
    ]);
    expect(fixture.limitIndex.streamLimits('shop')).toEqual({
      images: { max: 3, text: '3' },
      imageTags: { max: 1000, text: '1k' },
    });
    expect(fixture.limitIndex.imageSizes('shop').map(({ text }) => text)).toEqual(['1Gi']);
    expect(fixture.limitIndex.streamLimits('elsewhere')).toBeUndefined();
    await ranges().delete(request, { namespace: 'shop', name: 'b' }, WRITE);
    expect(fixture.limitIndex.streamLimits('shop')).toEqual({ images: { max: 5, text: '5' } });
    await ranges().delete(request, { namespace: 'shop', name: 'a' }, WRITE);
    expect(fixture.limitIndex.streamLimits('shop')).toBeUndefined();
  });

  it('are refused with the texts of Kubernetes', async () => {
    const refused = (limits: Limits) =>
      createRange('a', limits).then(
        () => 'was taken',
        (error: Error) => error.message,
      );
    expect(await refused([{ type: 'Stream' }])).toBe(
      'LimitRange "a" is invalid: spec.limits[0].type: Invalid value: "Stream": must be a standard limit type or fully qualified',
    );
    expect(await refused([...images('1'), ...images('2')])).toBe(
      `LimitRange "a" is invalid: spec.limits[1].type: Duplicate value: "${STREAM}"`,
    );
    expect(await refused([{ type: STREAM, max: { images: '1' } }])).toContain(
      'spec.limits[0].max[images]: Invalid value: "images": must be a standard resource type or fully qualified',
    );
    expect(await refused([{ type: STREAM, max: { 'a/b': '1' }, min: { 'a/b': '2' } }])).toContain(
      'spec.limits[0].min[a/b]: Invalid value: "2": min value 2 is greater than max value 1',
    );
    expect(await refused([{ type: 'Pod', default: { cpu: '1' } }])).toContain(
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    );
    expect(await refused([{ type: 'PersistentVolumeClaim' }])).toContain('either minimum or maximum storage value');
    expect(await refused([{ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }])).toContain(
      'ratio 500m is less than 1',
    );
  });

  it('of other kinds of things are kept, and bind nothing', async () => {
    await createRange('a', [{ type: 'Container', max: { cpu: '2', memory: '1Gi' }, default: { cpu: '1' } }]);
    expect(fixture.limitIndex.streamLimits('shop')).toBeUndefined();
  });

  it('leave no trace as a dry run', async () => {
    const before = await fixture.store.lastPosition();
    await createRange('a', images('5'), true);
    expect(await fixture.store.lastPosition()).toBe(before);
    expect(fixture.limitIndex.streamLimits('shop')).toBeUndefined();
  });

  it('need a namespace, and go with it', async () => {
    await expect(
      ranges().create(request, { namespace: 'none', name: 'a' }, range('a', images('1')), WRITE),
    ).rejects.toThrow('namespaces "none" not found');
    await createRange('a', images('1'));
    await createQuota('b', { 'openshift.io/imagestreams': '1' });
    const finalizer = fixture.finalizer({ deleteAll: () => Promise.resolve(0) });
    finalizer.start();
    await fixture.namespaces.handle(fixture.namespaces.deletion('shop'), { actor: SYSTEM });
    for await (const events of fixture.store.subscribe(0, request.signal)) {
      if (events.some(({ type }) => type === 'NamespaceDeleted')) break;
    }
    await finalizer.stop();
    expect(await namesIn(await ranges().list(request, {}))).toEqual([]);
    expect(await namesIn(await quotas().list(request, {}))).toEqual([]);
  });

  it('can be watched', async () => {
    const start = await fixture.store.lastPosition();
    await createRange('a', images('1'));
    const stop = new AbortController();
    const seen: string[] = [];
    const batches = ranges().watch(requestBy(ADMIN_USER, stop.signal), { namespace: 'shop' }, start);
    for await (const { changes } of batches) {
      seen.push(...changes.map(({ type, view }) => `${type} ${view.name}`));
      if (seen.length === 1) await ranges().delete(request, { namespace: 'shop', name: 'a' }, WRITE);
      if (seen.length === 2) stop.abort();
    }
    expect(seen).toEqual(['ADDED a', 'DELETED a']);
  });
});

describe('resource quotas', () => {
  const COUNT = 'openshift.io/imagestreams';

  it('show what may be there and what is', async () => {
    await createQuota('q', { [COUNT]: '2', 'count/imagestreams.image.openshift.io': '3', pods: '1' });
    expect((await shownQuota('q')).status).toEqual({
      hard: { [COUNT]: '2', 'count/imagestreams.image.openshift.io': '3', pods: '1' },
      // Of pods nothing is known here, so nothing is said.
      used: { [COUNT]: '0', 'count/imagestreams.image.openshift.io': '0' },
    });
    await append('web', created('web'));
    await append('api', created('api'));
    expect((await shownQuota('q')).status?.used?.[COUNT]).toBe('2');
    await append('web', { type: 'ImageStreamDeleted', data: { namespace: 'shop', name: 'web', uid: 'web' } });
    expect((await shownQuota('q')).status?.used?.[COUNT]).toBe('1');
  });

  it('are looked at in the order of their names, those without a scope that count streams', async () => {
    await createQuota('b', { [COUNT]: '2', pods: '1' });
    await createQuota('a', { [COUNT]: '1k' });
    await createQuota('c', { pods: '1' });
    await quotas().create(
      request,
      { namespace: 'shop', name: 'd' },
      quota('d', { hard: { [COUNT]: '1' }, scopes: ['BestEffort'] }),
      WRITE,
    );
    expect(fixture.limitIndex.streamQuotas('shop')).toEqual([
      { name: 'a', hard: [{ resource: COUNT, max: 1000, text: '1k' }] },
      { name: 'b', hard: [{ resource: COUNT, max: 2, text: '2' }] },
    ]);
  });

  it('are refused with amounts that cannot be', async () => {
    await expect(createQuota('q', { [COUNT]: '-1' })).rejects.toThrow('must be greater than or equal to 0');
    await expect(createQuota('q', { [COUNT]: '1500m' })).rejects.toThrow('must be an integer');
    await expect(createQuota('q', { streams: '1' })).rejects.toThrow(
      'spec.hard[streams]: Invalid value: "streams": must be a standard resource for quota or fully qualified',
    );
  });

  it('keep their scopes', async () => {
    await createQuota('q', { [COUNT]: '1' });
    const scoped = (now: KubeObject | undefined): KubeObject => ({
      ...quota('q', { hard: { [COUNT]: '1' }, scopes: ['BestEffort'] }),
      metadata: (now as KubeObject).metadata,
    });
    await expect(quotas().update(request, { namespace: 'shop', name: 'q' }, scoped, WRITE)).rejects.toThrow(
      'spec.scopes: Invalid value: ["BestEffort"]: field is immutable',
    );
  });
});
