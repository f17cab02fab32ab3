import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, KubeObject, RequestContext } from '#lib/kube-api';
import { ADMIN_USER, namesIn, namespaceNamed, requestBy, tenancyFixture } from '../testing/tenancy-fixture.js';
import type { TenancyFixture } from '../testing/tenancy-fixture.js';
import { assertNamespaceActive } from './assert-namespace-active.js';
import { NamespaceService } from './namespace-service.js';

const WRITE = { dryRun: false };
const DRY = { dryRun: true };

describe('the namespaces resource', () => {
  let fixture: TenancyFixture;
  let request: RequestContext;
  const namespaces = () => fixture.storage('', 'namespaces');
  const create = (name: string, metadata: Partial<KubeObject['metadata']> = {}) =>
    namespaces().create(request, { name }, namespaceNamed(name, metadata), WRITE);
  const get = async (name: string) => (await namespaces().get(request, { name })).object();

  beforeEach(async () => {
    fixture = await tenancyFixture();
    request = requestBy(ADMIN_USER);
  });
  afterEach(() => fixture.close());

  it('shows a created namespace as Kubernetes does', async () => {
    await create('shop', { labels: { team: 'web' } });
    expect(await get('shop')).toEqual({
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: {
        name: 'shop',
        uid: expect.any(String) as string,
        resourceVersion: '1',
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        labels: { team: 'web', 'kubernetes.io/metadata.name': 'shop' },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('records who created it, and why', async () => {
    await create('shop', { annotations: { 'kubernetes.io/change-cause': 'new team' } });
    for await (const event of fixture.store.readStream('namespace-shop' as never)) {
      expect(event.metadata).toMatchObject({ actor: { user: 'root' }, changeCause: 'new team', requestId: 'r-1' });
    }
  });

  it('refuses a name that is taken', async () => {
    await create('shop');
    await expect(create('shop')).rejects.toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'namespaces "shop" already exists',
      details: { name: 'shop', kind: 'namespaces' },
    });
  });

  it('refuses a name that is no DNS label, and a label that is none', async () => {
    await expect(create('Shop.x', { labels: { 'a b': 'c' } })).rejects.toMatchObject({
      code: 422,
      details: { causes: [{ field: 'metadata.name' }, { field: 'metadata.labels' }] },
    });
  });

  it('answers 404 for a namespace that is not there', async () => {
    const missing = { code: 404, message: 'namespaces "shop" not found' };
    await expect(get('shop')).rejects.toMatchObject(missing);
    await expect(namespaces().delete(request, { name: 'shop' }, WRITE)).rejects.toMatchObject(missing);
    await expect(
      namespaces().update(request, { name: 'shop' }, () => namespaceNamed('shop'), WRITE),
    ).rejects.toMatchObject(missing);
  });

  it('writes nothing on a dry run', async () => {
    const created = await namespaces().create(request, {}, namespaceNamed('shop'), DRY);
    expect(created).toMatchObject({ name: 'shop', resourceVersion: '' });
    expect(await fixture.store.lastPosition()).toBe(0);
    await create('shop');
    await namespaces().delete(request, { name: 'shop' }, DRY);
    expect(await fixture.store.lastPosition()).toBe(1);
  });

  it('lists in order of names, by pages and labels', async () => {
    for (const name of ['d', 'a', 'c', 'b']) await create(name, { labels: { odd: `${name === 'a' || name === 'c'}` } });
    expect(await namesIn(await namespaces().list(request, {}))).toEqual(['a', 'b', 'c', 'd']);

    const first = await namespaces().list(request, { limit: 3 });
    expect(first.resourceVersion).toBe('4');
    expect(await namesIn(first)).toEqual(['a', 'b', 'c']);
    expect(first.next()).toEqual(['c']);
    const odd = { labels: (labels: Readonly<Record<string, string>>) => labels['odd'] === 'true' };
    const selected = await namespaces().list(request, { selects: odd, limit: 2 });
    expect(await namesIn(selected)).toEqual(['a', 'c']);
    expect(selected.next(), 'no page follows that would be empty').toBeUndefined();
  });

  it('goes on with a list after the last name of the page before', async () => {
    for (const name of ['shop-a', 'shop-b', 'shop-c']) await create(name);
    const rest = await namespaces().list(request, { limit: 2, after: ['shop-a'] });
    expect(await namesIn(rest)).toEqual(['shop-b', 'shop-c']);
    expect(rest.next()).toBeUndefined();
  });

  it('replaces labels and annotations, and keeps the version when nothing changes', async () => {
    await create('shop', { labels: { team: 'web' } });
    const change = (labels: Record<string, string>) =>
      namespaces().update(
        request,
        { name: 'shop' },
        (current) => namespaceNamed('shop', { ...current?.metadata, labels }),
        WRITE,
      );
    const { view } = await change({ tier: 'gold' });
    expect(view.labels).toEqual({ tier: 'gold', 'kubernetes.io/metadata.name': 'shop' });
    expect(view.resourceVersion).toBe('2');
    expect((await change({ tier: 'gold' })).view.resourceVersion).toBe('2');
  });

  it('refuses an update of another version or another object', async () => {
    await create('shop');
    const update = (metadata: Partial<KubeObject['metadata']>) =>
      namespaces().update(request, { name: 'shop' }, () => namespaceNamed('shop', metadata), WRITE);
    await expect(update({ resourceVersion: '77' })).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    await expect(update({ uid: 'another' })).rejects.toMatchObject({ code: 422 });
    await expect(update({})).resolves.toBeDefined();
  });

  it('lets all of many writers of one namespace in', async () => {
    await create('shop');
    const label = (key: string) =>
      namespaces().update(
        request,
        { name: 'shop' },
        (current) => ({
          ...namespaceNamed('shop'),
          metadata: { ...(current as KubeObject).metadata, labels: { ...current?.metadata.labels, [key]: 'x' } },
        }),
        WRITE,
      );
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(label));
    expect((await get('shop')).metadata.labels).toMatchObject({ a: 'x', b: 'x', c: 'x', d: 'x', e: 'x' });
  });

  it('shows a deleted namespace as terminating, and lets nobody create anything in it', async () => {
    await create('shop');
    await assertNamespaceActive(fixture.readModel, 'shop');
    const view = await namespaces().delete(request, { name: 'shop' }, WRITE);
    expect(view).toHaveProperty('resourceVersion', '2');
    expect(await get('shop')).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) as string },
      status: { phase: 'Terminating' },
    });
    const secret = { resource: { group: '', resource: 'secrets' }, name: 'pull' };
    await expect(assertNamespaceActive(fixture.readModel, 'shop', secret)).rejects.toMatchObject({
      code: 403,
      message:
        'secrets "pull" is forbidden: unable to create new content in namespace shop because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    await expect(assertNamespaceActive(fixture.readModel, 'nowhere')).rejects.toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
  });

  it('deletes only what the caller meant, and never what everybody needs', async () => {
    await create('shop');
    await create('default');
    const remove = (name: string, preconditions: { uid?: string; resourceVersion?: string } = {}) =>
      namespaces().delete(request, { name }, { ...WRITE, preconditions });
    await expect(remove('shop', { uid: 'another' })).rejects.toMatchObject({ code: 409 });
    await expect(remove('shop', { resourceVersion: '9' })).rejects.toMatchObject({ code: 409 });
    await expect(remove('default')).rejects.toMatchObject({
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
    await expect(remove('shop', { resourceVersion: '1' })).resolves.toBeDefined();
  });

  it('sends watchers every change from any version on', async () => {
    await create('shop');
    await namespaces().update(request, { name: 'shop' }, () => namespaceNamed('shop', { labels: { a: 'b' } }), WRITE);
    await namespaces().delete(request, { name: 'shop' }, WRITE);
    await fixture.namespaces.handle(
      { type: 'FinishNamespaceDeletion', name: 'shop', uid: (await get('shop')).metadata.uid ?? '' },
      { actor: { user: 'system:tagline', groups: [] } },
    );
    const watching = new AbortController();
    const seen: Change[] = [];
    for await (const batch of namespaces().watch(requestBy(ADMIN_USER, watching.signal), {}, 0)) {
      seen.push(...batch.changes);
      if (batch.resourceVersion === '4') watching.abort();
    }
    expect(seen.map(({ type, view }) => [type, view.resourceVersion])).toEqual([
      ['ADDED', '1'],
      ['MODIFIED', '2'],
      ['MODIFIED', '3'],
      ['DELETED', '4'],
    ]);
    expect(seen[1]?.previous?.resourceVersion).toBe('1');
  });

  it('creates the default namespaces once', async () => {
    await fixture.namespaces.ensureDefaults();
    expect(await namesIn(await namespaces().list(request, {}))).toEqual(['default', 'kube-system', 'openshift']);
    const position = await fixture.store.lastPosition();
    await fixture.namespaces.ensureDefaults();
    expect(await fixture.store.lastPosition()).toBe(position);
  });

  it('creates them once where several processes start at the same time', async () => {
    const services = Array.from({ length: 3 }, () => new NamespaceService(fixture.store));
    await Promise.all(services.map((service) => service.ensureDefaults()));
    const events: string[] = [];
    for await (const page of fixture.store.readAll({ after: 0 })) events.push(...page.map(({ type }) => type));
    expect(events).toEqual(Array.from({ length: 3 }, () => 'NamespaceCreated'));
  });
});
