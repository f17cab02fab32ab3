import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PATH, WidgetServer } from './widget-server.fixture.js';

describe('answers', () => {
  let server: WidgetServer;
  beforeEach(async () => {
    server = await WidgetServer.start();
    await create('first');
  });
  afterEach(() => server.stop());

  const widget = (name: string, colour = 'red') => ({ metadata: { name }, spec: { colour } });
  const create = (name: string, colour?: string, headers: Record<string, string> = {}) =>
    server.request('POST', PATH, { body: widget(name, colour), headers });

  it('say over HEAD what they would over GET, without a body', async () => {
    for (const path of [PATH, `${PATH}/first`, `${PATH}/nothing`, '/nowhere']) {
      const [head, get] = [await server.request('HEAD', path), await server.request('GET', path)];
      expect([head.code, head.headers.get('content-type'), head.text]).toEqual([
        ...[get.code, get.headers.get('content-type')],
        '',
      ]);
    }
  });

  it('do not wait for anything over HEAD', async () => {
    expect(await server.request('HEAD', `${PATH}?watch=true`)).toMatchObject({ code: 200, text: '' });
  });

  it('come as YAML to those who ask for it', async () => {
    const headers = { accept: 'application/yaml' };
    const one = await server.request('GET', `${PATH}/first`, { headers });
    expect(one.headers.get('content-type')).toBe('application/yaml');
    expect(parse(one.text)).toEqual((await server.request('GET', `${PATH}/first`)).json());
    const list = await server.request('GET', PATH, { headers });
    expect(parse(list.text)).toEqual((await server.request('GET', PATH)).json());
    const none = await server.request('GET', `${PATH}?labelSelector=a%3Db`, { headers });
    expect(parse(none.text)).toMatchObject({ kind: 'WidgetList' });
  });

  it('are refused in a form that nobody can make before anything is written', async () => {
    const headers = { accept: 'application/vnd.kubernetes.protobuf' };
    expect(await create('second', 'red', headers)).toMatchObject({ code: 406 });
    const options = { headers: { ...headers, 'content-type': 'application/merge-patch+json' }, body: { spec: null } };
    expect(await server.request('PATCH', `${PATH}/first`, options)).toMatchObject({ code: 406 });
    expect(server.storage.version).toBe(1);
    expect(await create('second', 'red', { accept: `${headers.accept}, application/json` })).toMatchObject({
      code: 201,
    });
  });

  it('carry warnings', async () => {
    const { headers } = await server.request('POST', `${PATH}?fieldValidation=Warn`, {
      body: { ...widget('second'), size: 1 },
    });
    expect(headers.get('warning')).toBe('299 - "unknown field \\"size\\""');
  });

  describe('that are long', () => {
    const raw = (path: string, encoding: string) =>
      server.request('GET', path, { headers: { 'accept-encoding': encoding } });
    beforeEach(() => create('long', 'x'.repeat(200_000)));

    it.each([PATH, `${PATH}/long`])('are compressed for those who take it: %s', async (path) => {
      const packed = await raw(path, 'br, gzip');
      expect([packed.headers.get('content-encoding'), packed.headers.get('vary')]).toEqual(['gzip', 'Accept-Encoding']);
      expect(packed.json()).toEqual((await raw(path, 'identity')).json());
    });

    it.each(['identity', 'br', 'gzip;q=0', 'x-gzip-not'])('are not for others: %s', async (encoding) => {
      expect((await raw(PATH, encoding)).headers.get('content-encoding')).toBeNull();
    });

    it('are not when they are short after all', async () => {
      expect((await raw(`${PATH}/first`, 'gzip')).headers.get('content-encoding')).toBeNull();
    });

    it('are not when they are a watch', async () => {
      const { headers, text } = await raw(`${PATH}?watch=1&timeoutSeconds=1`, 'gzip');
      expect(headers.get('content-encoding')).toBeNull();
      expect(text.length).toBeGreaterThan(200_000);
    });
  });

  describe('of a watch', () => {
    const watch = async (query: string) => {
      const { code, text } = await server.request('GET', `${PATH}?${query}`);
      const events = text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { type: string; object: { metadata: Record<string, unknown> } });
      return { code, events };
    };

    it.each(['watch', 'watch=', 'watch=1', 'watch=true', 'watch=True', 'watch=yes'])(
      'are asked for by %s',
      async (flag) => {
        const { events } = await watch(`${flag}&timeoutSeconds=1`);
        expect(events.map(({ type }) => type)).toEqual(['ADDED']);
      },
    );

    it.each(['watch=false', 'watch=0', 'watch=FALSE'])('are not by %s', async (flag) => {
      expect((await server.request('GET', `${PATH}?${flag}`)).json()).toMatchObject({ kind: 'WidgetList' });
    });

    it('end when their time is up, with how far they got', async () => {
      const ended = watch('watch=true&resourceVersion=1&timeoutSeconds=1&allowWatchBookmarks=true');
      await create('second');
      const { code, events } = await ended;
      expect(code).toBe(200);
      expect(events.map(({ type, object }) => [type, object.metadata['resourceVersion']])).toEqual([
        ['MODIFIED', '2'],
        ['BOOKMARK', '2'],
      ]);
    });

    it('begin with what is there and say when that was all', async () => {
      const { events } = await watch(
        'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1',
      );
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK', 'BOOKMARK']);
      expect(events[1]?.object.metadata).toMatchObject({ annotations: { 'k8s.io/initial-events-end': 'true' } });
    });
  });
});
