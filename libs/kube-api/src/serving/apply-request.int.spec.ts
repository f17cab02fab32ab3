import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PATH, WidgetServer } from './widget-server.fixture.js';

describe('server-side apply', () => {
  let server: WidgetServer;
  beforeEach(async () => {
    server = await WidgetServer.start();
  });
  afterEach(() => server.stop());

  const config = (spec: object, metadata: object = {}) => ({
    ...{ kind: 'Widget', apiVersion: 'toys.example.com/v1', metadata: { name: 'w', ...metadata }, spec },
  });
  const managers = (): unknown[] =>
    (server.storage.widgets.get('w')?.metadata.managedFields ?? []).map((entry) => {
      const { manager, operation } = entry as { manager: string; operation: string };
      return `${manager} ${operation}`;
    });

  it('creates what is not there, and changes it then', async () => {
    expect(await server.apply('w', config({ colour: 'red' }))).toMatchObject({ code: 201 });
    const changed = await server.apply('w', config({ colour: 'blue' }));
    expect(changed.code).toBe(200);
    expect(changed.json()).toMatchObject({ metadata: { resourceVersion: '2' }, spec: { colour: 'blue' } });
    expect(managers()).toEqual(['a Apply']);
  });

  it('writes nothing when nothing changes', async () => {
    await server.apply('w', config({ colour: 'red', tags: [{ name: 'x' }] }));
    await server.apply('w', config({ colour: 'red', tags: [{ name: 'x' }] }));
    expect(server.storage.version).toBe(1);
  });

  it('takes YAML', async () => {
    const yaml = 'kind: Widget\napiVersion: toys.example.com/v1\nmetadata: {name: w}\nspec:\n  colour: red\n';
    expect((await server.apply('w', yaml)).json()).toMatchObject({ spec: { colour: 'red' } });
  });

  it('refuses to take a field from another manager, unless it is forced to', async () => {
    await server.request('POST', `${PATH}?fieldManager=kubectl-create`, { body: config({ colour: 'red' }) });
    const refused = await server.apply('w', config({ colour: 'blue' }));
    expect(refused.code).toBe(409);
    expect(refused.json()).toMatchObject({
      reason: 'Conflict',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-create" using toys.example.com/v1',
            field: '.spec.colour',
          },
        ],
      },
    });
    expect(server.storage.version).toBe(1);
    expect(await server.apply('w', config({ colour: 'blue' }), 'fieldManager=a&force=true')).toMatchObject({
      code: 200,
    });
  });

  it('only tries with a dry run', async () => {
    const tried = await server.apply('w', config({ colour: 'red' }), 'fieldManager=a&dryRun=All');
    expect(tried).toMatchObject({ code: 201 });
    expect(server.storage.widgets.size).toBe(0);
  });

  it('needs the right to create for what is not there', async () => {
    server.forbidden.add('create');
    expect(await server.apply('w', config({ colour: 'red' }))).toMatchObject({ code: 403 });
    expect(server.storage.widgets.size).toBe(0);
  });

  it.each([
    ['no manager', 422, '', config({})],
    ['an empty manager', 422, 'fieldManager=', config({})],
    ['a manager with a long name', 422, `fieldManager=${'x'.repeat(129)}`, config({})],
    ['a manager whose name cannot be printed', 422, 'fieldManager=a%0Ab', config({})],
    ['unknown fields under Strict', 400, 'fieldManager=a&fieldValidation=Strict', config({ color: 'red' })],
    ['managed fields', 400, 'fieldManager=a', config({}, { managedFields: [{ manager: 'b' }] })],
    ['an element without its key', 400, 'fieldManager=a', config({ tags: [{ mode: 'Fast' }] })],
    ['two elements with one key', 400, 'fieldManager=a', config({ tags: [{ name: 'x' }, { name: 'x' }] })],
    ['another kind', 400, 'fieldManager=a', { ...config({}), kind: 'Gadget' }],
    ['another name', 400, 'fieldManager=a', config({}, { name: 'v' })],
    ['what is neither JSON nor YAML', 400, 'fieldManager=a', '{'],
    ['YAML that is broken', 400, 'fieldManager=a', 'a: b: c'],
    ['the uid of an object that is not there', 409, 'fieldManager=a', config({}, { uid: 'u' })],
  ])('refuses %s', async (_, code, query, body) => {
    expect((await server.apply('w', body, query)).json()).toMatchObject({ kind: 'Status', code });
    expect(server.storage.widgets.size).toBe(0);
  });

  it('is not what force belongs to elsewhere', async () => {
    await server.apply('w', config({ colour: 'red' }));
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect(await server.request('PATCH', `${PATH}/w?force=true`, { body: {}, headers })).toMatchObject({ code: 422 });
  });

  it('is offered beside the patches when a form is not known', async () => {
    const headers = { 'content-type': 'application/apply-patch+cbor' };
    await server.apply('w', config({}));
    const { code, text } = await server.request('PATCH', `${PATH}/w?fieldManager=a`, { body: {}, headers });
    expect([code, text.includes('application/apply-patch+yaml')]).toEqual([415, true]);
  });

  describe('and other writes', () => {
    const patch = (body: object, query: string, agent = '') =>
      server.request('PATCH', `${PATH}/w?${query}`, {
        body,
        headers: { 'content-type': 'application/merge-patch+json', 'user-agent': agent },
      });

    it('of clients that name no manager are not followed where nobody is recorded', async () => {
      await server.request('POST', PATH, { body: config({ colour: 'red' }) });
      await patch({ spec: { colour: 'blue' } }, '', 'robot/1.0');
      expect(managers()).toEqual([]);
    });

    it('are followed by the user agent where somebody is', async () => {
      await server.apply('w', config({ colour: 'red' }));
      await patch({ spec: { colour: 'blue' } }, '', 'robot/1.0 (linux)');
      expect(managers()).toEqual(['robot Update']);
      expect((await server.apply('w', config({ colour: 'red' }))).json()).toMatchObject({
        message: expect.stringContaining('"robot"') as string,
      });
    });

    it('do not touch the owners when they send them back, leave them out or spoil them', async () => {
      await server.apply('w', config({ colour: 'red' }));
      const current = server.storage.widgets.get('w');
      const put = (metadata: object) => server.request('PUT', `${PATH}/w`, { body: { ...current, metadata } });
      await put({ ...current?.metadata });
      await put({ name: 'w' });
      await put({ ...current?.metadata, managedFields: [{ manager: 'b', operation: 'Apply' }] });
      expect(server.storage.widgets.get('w')?.metadata.managedFields).toEqual(current?.metadata.managedFields);
    });

    it('may hand fields over, and clear all of it', async () => {
      await server.apply('w', config({ colour: 'red' }));
      const [entry] = server.storage.widgets.get('w')?.metadata.managedFields ?? [];
      await patch({ metadata: { managedFields: [{ ...entry, manager: 'b' }] } }, '');
      expect(managers()).toEqual(['b Apply']);
      await patch({ metadata: { managedFields: [{}] } }, '');
      expect(managers()).toEqual([]);
    });
  });
});
