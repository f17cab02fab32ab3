import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '#lib/kube-api';
import { ADMIN_USER, namesIn, requestBy, tenancyFixture, type TenancyFixture } from '../testing/tenancy-fixture.js';
import type { SubmittedSecret } from './secret.js';

const WRITE = { dryRun: false };
const request = requestBy(ADMIN_USER);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the secrets resource', () => {
  let fixture: TenancyFixture;
  const secrets = () => fixture.storage('', 'secrets');
  const submitted = (name: string, more: Partial<SubmittedSecret> = {}): KubeObject => ({
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name },
    ...more,
  });
  const create = (name: string, more: Partial<SubmittedSecret> = {}, namespace = 'shop', dryRun = false) =>
    secrets().create(request, { namespace, name }, submitted(name, more), { dryRun });
  const get = async (name: string) => (await secrets().get(request, { namespace: 'shop', name })).object();
  const update = (name: string, change: (current: KubeObject) => KubeObject) =>
    secrets().update(request, { namespace: 'shop', name }, (current) => change(current as KubeObject), WRITE);

  beforeEach(async () => {
    fixture = await tenancyFixture();
    await fixture.namespaces.handle(fixture.namespaces.creation('shop'), { actor: { user: 'dev', groups: [] } });
  });
  afterEach(() => fixture.close());

  it('encodes plain text, and is opaque unless it says otherwise', async () => {
    await create('a', { data: { k: base64('1'), l: base64('2') }, stringData: { k: 'ü' } });
    expect(await get('a')).toEqual({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: 'shop',
        uid: expect.any(String) as string,
        resourceVersion: '1',
        creationTimestamp: expect.any(String) as string,
      },
      data: { k: base64('ü'), l: base64('2') },
      type: 'Opaque',
    });
  });

  it('refuses what could not be used, and shows no content', async () => {
    const type = 'kubernetes.io/dockerconfigjson';
    const refused = async (more: Partial<SubmittedSecret>, message: string) => {
      const error = await create('a', more).then(
        () => new Error('was taken'),
        (thrown: unknown) => thrown as Error,
      );
      expect(error.message).toBe(`Secret "a" is invalid: ${message}`);
      expect(JSON.stringify(error)).not.toContain('hunter2');
    };
    await refused({ type }, 'data[.dockerconfigjson]: Required value');
    await refused(
      { type, data: { '.dockerconfigjson': base64('hunter2') } },
      'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": must be a JSON object',
    );
    await refused(
      { type: 'kubernetes.io/tls', data: { x: base64('hunter2') } },
      'type: Unsupported value: "kubernetes.io/tls": supported values: "Opaque", "kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"',
    );
    await refused({ stringData: { '..x': 'hunter2' } }, `data[..x]: Invalid value: "..x": must not start with '..'`);
    await refused(
      { stringData: { big: 'hunter2'.repeat(200_000) } },
      'data: Too long: may not be more than 1048576 bytes',
    );
  });

  it('is created in a namespace that is there and stays, once', async () => {
    await expect(create('a', {}, 'nowhere')).rejects.toMatchObject({ code: 404, details: { kind: 'namespaces' } });
    await create('a', {}, 'shop', true);
    await expect(get('a')).rejects.toMatchObject({ code: 404, message: 'secrets "a" not found' });
    await create('a');
    await expect(create('a')).rejects.toMatchObject({ code: 409, reason: 'AlreadyExists' });
    await expect(create('a', {}, 'shop', true)).rejects.toMatchObject({ code: 409, reason: 'AlreadyExists' });
    await fixture.namespaces.handle(fixture.namespaces.deletion('shop'), { actor: { user: 'dev', groups: [] } });
    await expect(create('b')).rejects.toMatchObject({ code: 403 });
  });

  it('is changed, but for its type, and not without need', async () => {
    await create('a', { stringData: { k: '1' } });
    const added = await update('a', (current) => ({ ...current, stringData: { l: '2' } }) as KubeObject);
    expect(added.view.object()).toMatchObject({ data: { k: base64('1'), l: base64('2') } });
    expect(added.view.resourceVersion).toBe('2');
    expect((await update('a', (current) => current)).view.resourceVersion).toBe('2');
    await expect(
      update('a', (current) => ({ ...current, type: 'kubernetes.io/dockercfg' }) as KubeObject),
    ).rejects.toMatchObject({
      code: 422,
    });
    const stale = (current: KubeObject) => ({ ...current, metadata: { ...current.metadata, resourceVersion: '1' } });
    await expect(update('a', stale)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    await expect(update('b', (current) => current)).rejects.toMatchObject({ code: 404 });
  });

  it('keeps the content of one that is immutable', async () => {
    await create('a', { stringData: { k: '1' }, immutable: true });
    await expect(update('a', (current) => ({ ...current, data: {} }) as KubeObject)).rejects.toMatchObject({
      code: 422,
    });
    await expect(update('a', (current) => ({ ...current, immutable: false }) as KubeObject)).rejects.toMatchObject({
      code: 422,
    });
    const labelled = (current: KubeObject) => ({ ...current, metadata: { ...current.metadata, labels: { a: 'b' } } });
    await expect(update('a', labelled)).resolves.toMatchObject({ view: { labels: { a: 'b' } } });
  });

  it('is deleted when it is the one that was meant', async () => {
    await create('a');
    const key = { namespace: 'shop', name: 'a' };
    const remove = (uid?: string, dryRun = false) =>
      secrets().delete(request, key, { dryRun, ...(uid === undefined ? {} : { preconditions: { uid } }) });
    const { uid } = (await get('a')).metadata;
    await expect(remove('another')).rejects.toMatchObject({ code: 409 });
    await remove(uid, true);
    await expect(remove(uid)).resolves.toEqual({ uid });
    await expect(remove()).rejects.toMatchObject({ code: 404 });
  });

  it('is listed in its namespace or with all others', async () => {
    await fixture.namespaces.handle(fixture.namespaces.creation('b'), { actor: { user: 'dev', groups: [] } });
    await create('x');
    await create('y', {}, 'b');
    await create('z');
    expect(await namesIn(await secrets().list(request, { namespace: 'shop' }))).toEqual(['x', 'z']);
    const page = await secrets().list(request, { limit: 2 });
    expect(page.resourceVersion).toBe('3');
    expect(await namesIn(page)).toEqual(['y', 'x']);
    expect(page.next()).toEqual(['shop', 'x']);
    expect(await namesIn(await secrets().list(request, { after: ['shop', 'x'] }))).toEqual(['z']);
  });
});
