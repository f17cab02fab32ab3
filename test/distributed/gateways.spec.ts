import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type ApiClient } from '../system/harness/api-client.js';
import { eventually } from '../system/harness/eventually.js';
import { imageStream } from '../system/harness/image-objects.js';
import { Installation } from './harness/installation.js';

const NAMESPACES = '/api/v1/namespaces';
const STREAMS = 40;

let installation: Installation;
let apis: readonly ApiClient[];
beforeAll(async () => {
  installation = await Installation.start({ gateways: 2, env: { TAGLINE_IMPORT_BACKGROUND: 'false' } });
  apis = installation.gateways.map((gateway) => gateway.api({ connections: 8 }));
});
afterAll(async () => {
  for (const api of apis) api.close();
  await installation.dispose();
});

const created = async (api: ApiClient, path: string, body: object): Promise<void> => {
  const { code, text } = await api.post(path, body);
  expect([code, code === 201 ? '' : text]).toEqual([201, '']);
};

const secret = (name: string): object => ({
  ...{ kind: 'Secret', apiVersion: 'v1', metadata: { name }, type: 'Opaque' },
  data: { password: 'aHVudGVyMg==' },
});

async function secretsOf(api: ApiClient, namespace: string): Promise<unknown[]> {
  const { body } = await api.get(`${NAMESPACES}/${namespace}/secrets`);
  return (body.items ?? []).map(({ metadata }) => metadata?.name);
}

const gone = (api: ApiClient, namespace: string) =>
  eventually('the namespace to go', async () =>
    (await api.get(`${NAMESPACES}/${namespace}`)).code === 404 ? true : undefined,
  );

const complaints = (): readonly string[] =>
  installation.gateways
    .flatMap(({ process }) => process.log)
    .filter((line) => (JSON.parse(line) as { level: number }).level >= 50);

describe('two gateways', () => {
  it('empty a namespace side by side, each of its own secrets, and complain of nothing', async () => {
    const [one, other] = apis as [ApiClient, ApiClient];
    for (const namespace of ['first', 'second', 'third']) {
      await created(one, NAMESPACES, { metadata: { name: namespace } });
      await created(one, `${NAMESPACES}/${namespace}/secrets`, secret('of-one'));
      await created(other, `${NAMESPACES}/${namespace}/secrets`, secret('of-other'));
      const streams = `${GROUP}/namespaces/${namespace}/imagestreams`;
      await Promise.all(Array.from({ length: STREAMS }, (_, n) => created(one, streams, imageStream(`app-${n}`))));
      expect((await other.delete(`${NAMESPACES}/${namespace}`)).code).toBe(200);
      await gone(one, namespace);
      await created(other, NAMESPACES, { metadata: { name: namespace } });
      for (const api of apis) {
        await eventually('no secret to be left', async () =>
          (await secretsOf(api, namespace)).length === 0 ? true : undefined,
        );
        expect((await api.get(streams)).body.items).toEqual([]);
      }
    }
    expect(complaints()).toEqual([]);
  });

  it('do not keep secrets of a namespace that was deleted while one of them was away', async () => {
    const [one, other] = apis as [ApiClient, ApiClient];
    const { process } = installation.gateways[1] ?? installation.gateway;
    await created(one, NAMESPACES, { metadata: { name: 'away' } });
    await created(one, NAMESPACES, { metadata: { name: 'kept' } });
    await created(other, `${NAMESPACES}/away/secrets`, secret('former'));
    await created(other, `${NAMESPACES}/kept/secrets`, secret('kept'));
    await process.stop();
    await one.delete(`${NAMESPACES}/away`);
    await gone(one, 'away');
    await created(one, NAMESPACES, { metadata: { name: 'away' } });
    await process.startAgain();
    expect(await secretsOf(other, 'away')).toEqual([]);
    expect(await secretsOf(other, 'kept')).toEqual(['kept']);
    await created(other, `${NAMESPACES}/away/secrets`, secret('new'));
    await process.stop();
    await process.startAgain();
    expect(await secretsOf(other, 'away')).toEqual(['new']);
  });
});
