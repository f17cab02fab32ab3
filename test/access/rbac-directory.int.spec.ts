import { rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { AccessServer, type Json } from './access-server.js';

const API = 'rbac.authorization.k8s.io/v1';
const SETTINGS = { TAGLINE_ACCESS_RBAC_DIRECTORY: 'rbac', TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv' };
const TOKENS = 'token-of-ann,ann,1\ntoken-of-bob,bob,2,ops';

const role = (verbs: string, name = 'image-lister'): string => `
apiVersion: ${API}
kind: ClusterRole
metadata: {name: ${name}}
rules:
- {apiGroups: [image.openshift.io], resources: [images], verbs: [${verbs}]}
`;
const binding = (user: string, to = 'image-lister'): string => `
apiVersion: ${API}
kind: ClusterRoleBinding
metadata: {name: listers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${to}}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: ${user}}
`;

let server: AccessServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(files: Readonly<Record<string, string>>): Promise<AccessServer> {
  server = await AccessServer.start({ 'tokens.csv': TOKENS, 'rbac/README.md': 'not a manifest', ...files }, SETTINGS);
  return server;
}

async function mayList(of: AccessServer, token: string): Promise<boolean> {
  return (await of.ask({ path: '/apis/image.openshift.io/v1/images', token })).status === 200;
}

async function position(of: AccessServer): Promise<unknown> {
  const { body } = await of.asAdmin('GET', `/apis/${API}/clusterroles?limit=1`);
  return (body['metadata'] as Json)['resourceVersion'];
}

describe('a folder of roles and bindings', () => {
  it('is in force from the first request on', async () => {
    // A binding may stand in a file before that of its role.
    const of = await start({ 'rbac/a.yaml': binding('ann'), 'rbac/b.yml': role('list') });
    expect([await mayList(of, 'token-of-ann'), await mayList(of, 'token-of-bob')]).toEqual([true, false]);
  });

  it('is brought into force by each start, and changes nothing where nothing has changed', async () => {
    const of = await start({ 'rbac/a.yaml': `${role('list')}---${binding('ann')}` });
    const before = await position(of);
    await of.restart();
    expect(await position(of)).toBe(before);

    await writeFile(of.file('rbac/a.yaml'), `${role('list')}---${binding('bob')}`);
    await of.restart();
    expect([await mayList(of, 'token-of-ann'), await mayList(of, 'token-of-bob')]).toEqual([false, true]);

    await of.asAdmin('DELETE', `/apis/${API}/clusterrolebindings/listers`);
    expect(await mayList(of, 'token-of-bob')).toBe(false);
    await of.restart();
    expect(await mayList(of, 'token-of-bob')).toBe(true);
  });

  it('may give another role than before', async () => {
    const of = await start({ 'rbac/a.yaml': `${role('get')}---${binding('ann')}` });
    expect(await mayList(of, 'token-of-ann')).toBe(false);
    await writeFile(of.file('rbac/a.yaml'), `${role('list', 'other')}---${binding('ann', 'other')}`);
    await of.restart();
    expect(await mayList(of, 'token-of-ann')).toBe(true);
  });

  it('leaves alone what is no longer in it', async () => {
    const of = await start({ 'rbac/a.yaml': `${role('list')}---${binding('ann')}` });
    await rm(of.file('rbac/a.yaml'));
    await of.restart();
    expect(await mayList(of, 'token-of-ann')).toBe(true);
  });

  it('may be a list in JSON, and hold what waits for its namespace', async () => {
    const local = {
      apiVersion: API,
      kind: 'RoleBinding',
      metadata: { name: 'viewers', namespace: 'later' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'ann' }],
    };
    const of = await start({ 'rbac/list.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [local] }) });
    const streams = { path: '/apis/image.openshift.io/v1/namespaces/later/imagestreams', token: 'token-of-ann' };
    expect((await of.ask(streams)).status).toBe(403);
    await of.asAdmin('POST', '/api/v1/namespaces', { metadata: { name: 'later' } });
    await of.restart();
    expect((await of.ask(streams)).status).toBe(200);
  });
});

describe('a file that cannot be applied', () => {
  it.each([
    ['that is not YAML', 'a: [', 'bad.yaml'],
    ['of another kind', 'apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {p: hush}', 'only ClusterRole'],
    ['of another version', role('get').replace('/v1', '/v1beta1'), 'only ClusterRole'],
    ['with a field that there is not', `${role('get')}subjects: []\n`, 'unknown field "subjects"'],
    ['with a rule that allows nothing', role(''), 'rules[0].verbs'],
    ['that would change what is built in', role('get', 'view'), 'built in'],
    ['that is a text', 'hush', 'only ClusterRole'],
  ])('%s stops the start, and is named', async (_, text, why) => {
    const failure = await start({ 'rbac/bad.yaml': text }).then(
      () => 'it started',
      (error: unknown) => String(error),
    );
    expect(failure).toContain('access.rbacDirectory');
    expect(failure).toContain('bad.yaml');
    expect(failure).toContain(why);
    expect(failure).not.toContain('hush');
  });
});
