import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessServer } from './access-server.js';
import { matrixOf, printed, type Row } from './matrix.js';
import { bindings, NAMESPACE, OTHER_NAMESPACE, PERSONAS, tokenFile } from './personas.js';

let server: AccessServer;
let rows: readonly Row[];
let positionBefore: unknown;

const position = async () =>
  ((await server.asAdmin('GET', '/api/v1/namespaces')).body['metadata'] as { resourceVersion: string }).resourceVersion;

beforeAll(async () => {
  server = await AccessServer.start({ 'tokens.csv': tokenFile() }, { TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv' });
  for (const name of [NAMESPACE, OTHER_NAMESPACE]) {
    await server.asAdmin('POST', '/api/v1/namespaces', { metadata: { name } });
  }
  for (const binding of bindings()) {
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${binding.metadata.namespace}/rolebindings`;
    expect((await server.asAdmin('POST', path, binding)).status).toBe(201);
  }
  positionBefore = await position();
  rows = await matrixOf(server);
}, 120_000);
afterAll(() => server.stop());

describe('who may do what', () => {
  it('is what the table says', async () => {
    await expect(printed(rows)).toMatchFileSnapshot('./matrix.txt');
  });

  it('is known for everything that the server has', () => {
    expect(rows.length * PERSONAS.length).toBeGreaterThanOrEqual(500);
  });

  it('was found out without a trace in the log', async () => {
    expect(await position()).toBe(positionBefore);
  });

  it('gives nobody who is not known more than the state of the server', () => {
    const open = rows.filter(({ allowed }) => allowed.has('anonymous')).map(({ resource }) => resource);
    expect(open).toEqual(['/healthz', '/livez', '/readyz', '/version', '/']);
  });

  it('gives those of another namespace nothing that is not for every user', () => {
    const elsewhere = rows.filter(({ allowed }) => allowed.has('other') && !allowed.has('viewer'));
    expect(elsewhere).toEqual([]);
  });

  it('grows from viewers over editors to administrators', () => {
    const shrinks = rows.filter(
      ({ allowed }) =>
        (allowed.has('viewer') && !allowed.has('editor')) || (allowed.has('editor') && !allowed.has('admin')),
    );
    expect(shrinks).toEqual([]);
  });
});
