import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessServer, type Json } from './access-server.js';

const GROUPS = '/apis/user.openshift.io/v1/groups';
const STREAMS = '/apis/image.openshift.io/v1/namespaces/team/imagestreams';
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/namespaces/team/rolebindings';

let server: AccessServer;
beforeAll(async () => {
  server = await AccessServer.start(
    { 'tokens.csv': 'token-of-ann,ann,1,ops\ntoken-of-bob,bob,2' },
    { TAGLINE_ACCESS_TOKEN_FILE: 'tokens.csv' },
  );
  await server.asAdmin('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  await server.give('team', 'edit', { kind: 'Group', name: 'web' });
});
afterAll(() => server.stop());

/** Makes a group what is wanted of it, whatever it was. */
async function group(name: string, users: readonly string[]): Promise<void> {
  await server.asAdmin('DELETE', `${GROUPS}/${name}`);
  expect((await server.asAdmin('POST', GROUPS, { metadata: { name }, users })).status).toBe(201);
}

const groupsOf = async (question: Parameters<AccessServer['whoIs']>[0]): Promise<readonly string[]> => {
  const who = await server.whoIs(question);
  return typeof who === 'number' ? [] : who.groups;
};

const create = (token: string, name: string) =>
  server.ask({ method: 'POST', path: STREAMS, token, body: { metadata: { name } } });

describe('a group', () => {
  beforeEach(() => group('web', ['ann']));

  it('is an object like others', async () => {
    expect((await server.asAdmin('POST', GROUPS, { metadata: { name: 'web' } })).body).toMatchObject({
      ...{ reason: 'AlreadyExists', message: 'groups.user.openshift.io "web" already exists' },
    });
    const { body } = await server.asAdmin('GET', `${GROUPS}/web`);
    expect(body).toMatchObject({ kind: 'Group', apiVersion: 'user.openshift.io/v1', users: ['ann'] });
    const patched = await server.asAdmin('PATCH', `${GROUPS}/web`, { metadata: { labels: { a: 'b' } }, users: null });
    expect(patched.body).toMatchObject({ metadata: { labels: { a: 'b' } }, users: [] });
    const stale = await server.asAdmin('PUT', `${GROUPS}/web`, body);
    expect(stale.body).toMatchObject({ code: 409, reason: 'Conflict' });
    const list = await server.asAdmin('GET', `${GROUPS}?labelSelector=a%3Db`);
    expect((list.body['items'] as Json[]).length).toBe(1);
    expect((await server.asAdmin('DELETE', `${GROUPS}?labelSelector=a%3Db`)).status).toBe(200);
    expect((await server.asAdmin('GET', `${GROUPS}/web`)).body).toMatchObject({
      ...{ code: 404, message: 'groups.user.openshift.io "web" not found' },
    });
  });

  it('is shown with its users', async () => {
    await group('web', ['ann', 'bob']);
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const { body } = await server.ask({ path: `${GROUPS}/web`, token: server.adminToken, headers });
    expect((body['columnDefinitions'] as Json[]).map(({ name }) => name)).toEqual(['Name', 'Users']);
    expect((body['rows'] as Json[]).map(({ cells }) => cells)).toEqual([['web', 'ann, bob']]);
  });

  it('is watched', async () => {
    const { metadata } = (await server.asAdmin('GET', GROUPS)).body as { readonly metadata: Json };
    await server.asAdmin('PATCH', `${GROUPS}/web`, { users: ['bob'] });
    await server.asAdmin('DELETE', `${GROUPS}/web`);
    const from = `watch=true&timeoutSeconds=1&resourceVersion=${String(metadata['resourceVersion'])}`;
    const { text } = await server.read(`${GROUPS}?${from}`);
    const seen = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { readonly type: string; readonly object: Json })
      .map(({ type, object }) => [type, object['users']]);
    expect(seen).toEqual([
      ['MODIFIED', ['bob']],
      ['DELETED', ['bob']],
    ]);
  });

  it('is applied by several, each of whom owns what they say', async () => {
    const apply = (manager: string, configuration: object) =>
      server.ask({
        ...{ method: 'PATCH', path: `${GROUPS}/applied?fieldManager=${manager}`, token: server.adminToken },
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: { kind: 'Group', apiVersion: 'user.openshift.io/v1', metadata: { name: 'applied' }, ...configuration },
      });
    expect((await apply('one', { users: ['ann'] })).status).toBe(201);
    expect((await apply('two', { users: ['bob'] })).body).toMatchObject({ code: 409, reason: 'Conflict' });
    const labelled = await apply('two', { metadata: { name: 'applied', labels: { a: 'b' } } });
    expect(labelled.body).toMatchObject({ metadata: { labels: { a: 'b' } }, users: ['ann'] });
    expect(await groupsOf({ token: 'token-of-ann' })).toContain('applied');
    await server.asAdmin('DELETE', `${GROUPS}/applied`);
  });

  it.each([
    ['system:masters', [], 'metadata.name', 'may not contain ":"'],
    ['web:ops', [], 'metadata.name', 'may not contain ":"'],
    ['~', [], 'metadata.name', 'may not equal "~"'],
    ['a/b', [], 'metadata.name', "may not contain '/'"],
    ['fine', ['ann', ''], 'users[1]', 'may not be empty'],
    ['fine', ['system:anonymous'], 'users[0]', 'may not begin with "system:" unless it is a service account'],
  ])('called %s with users %j is refused', async (name, users, field, why) => {
    const { body } = await server.asAdmin('POST', GROUPS, { metadata: { name }, users });
    expect(body).toMatchObject({ code: 422, details: { kind: 'Group', causes: [{ field }] } });
    expect(body.message).toContain(why);
    expect(await groupsOf({})).not.toContain(name);
  });

  it('is changed by those who may do everything, and read by those who see everything', async () => {
    const cluster = BINDINGS.replace('/namespaces/team/rolebindings', '/clusterrolebindings');
    const body = {
      metadata: { name: 'bob-reads' },
      roleRef: { kind: 'ClusterRole', name: 'cluster-reader' },
      subjects: [{ kind: 'User', name: 'bob' }],
    };
    const as = (method: string, sent?: object) =>
      server.ask({ method, path: `${GROUPS}/web`, token: 'token-of-bob', ...(sent && { body: sent }) });
    expect((await as('GET')).status).toBe(403);
    expect((await server.asAdmin('POST', cluster, body)).status).toBe(201);
    expect((await as('GET')).status).toBe(200);
    expect((await as('PATCH', { users: ['bob'] })).status).toBe(403);
    await server.asAdmin('DELETE', `${cluster}/bob-reads`);
  });
});

describe('a role of a group', () => {
  it('is had by those whom the group names, from the moment on that it does and until it no longer does', async () => {
    await group('web', ['bob']);
    expect((await create('token-of-ann', 'first')).status).toBe(403);
    await server.asAdmin('PATCH', `${GROUPS}/web`, { users: ['bob', 'ann'] });
    expect((await create('token-of-ann', 'first')).status).toBe(201);
    await server.asAdmin('PATCH', `${GROUPS}/web`, { users: ['bob'] });
    expect((await create('token-of-ann', 'second')).status).toBe(403);
    expect((await create('token-of-bob', 'second')).status).toBe(201);
    await server.asAdmin('DELETE', `${GROUPS}/web`);
    expect((await create('token-of-bob', 'third')).status).toBe(403);
  });

  it('is not had by dry runs', async () => {
    await group('web', []);
    await server.asAdmin('PATCH', `${GROUPS}/web?dryRun=All`, { users: ['ann'] });
    expect((await create('token-of-ann', 'dry')).status).toBe(403);
  });

  it('opens projects', async () => {
    const projects = async (): Promise<unknown[]> => {
      const path = '/apis/project.openshift.io/v1/projects';
      const { body } = await server.ask({ path, token: 'token-of-ann' });
      return (body['items'] as { readonly metadata: Json }[]).map(({ metadata }) => metadata['name']);
    };
    await group('web', []);
    expect(await projects()).not.toContain('team');
    await group('web', ['ann']);
    expect(await projects()).toContain('team');
  });

  it('is had by service accounts, too', async () => {
    await group('web', ['system:serviceaccount:team:robot']);
    const accounts = '/api/v1/namespaces/team/serviceaccounts';
    await server.asAdmin('POST', accounts, { metadata: { name: 'robot' } });
    const issued = await server.asAdmin('POST', `${accounts}/robot/token`, { spec: {} });
    const { token } = issued.body['status'] as { readonly token: string };
    expect((await create(token, 'of-robot')).status).toBe(201);
    const review = await server.asAdmin('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } });
    expect(review.body['status']).toMatchObject({
      user: {
        groups: ['web', 'system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'],
      },
    });
  });
});

describe('the groups of a user', () => {
  beforeEach(() => group('web', ['ann']));
  const all = ['web', 'ops', 'system:authenticated'];

  it('are those that name them and those that they come with, wherever they are asked for', async () => {
    expect(await groupsOf({ token: 'token-of-ann' })).toEqual(all);
    const self = await server.ask({ path: '/apis/user.openshift.io/v1/users/~', token: 'token-of-ann' });
    expect(self.body).toMatchObject({ metadata: { name: 'ann' }, groups: all });
    const reviewed = await server.asAdmin('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      spec: { token: 'token-of-ann' },
    });
    expect(reviewed.body['status']).toMatchObject({ user: { groups: all } });
  });

  it('are noted with what the user does', async () => {
    const mappings = STREAMS.replace('imagestreams', 'imagestreammappings');
    const digest = `sha256:${'a'.repeat(64)}`;
    await create('token-of-ann', 'noted');
    const pushed = await server.ask({
      ...{ method: 'POST', path: mappings, token: 'token-of-ann' },
      body: {
        ...{ metadata: { name: 'noted' }, tag: '1' },
        image: { metadata: { name: digest }, dockerImageReference: `registry.example.com/team/noted@${digest}` },
      },
    });
    expect(pushed.status).toBe(201);
    const { text } = await server.read('/apis/history.tagline.dev/v1alpha1/namespaces/team/tagrevisions');
    const actors = (JSON.parse(text) as { readonly items: readonly Json[] }).items.map(({ actor }) => actor);
    expect(actors).toContainEqual({ user: 'ann', groups: all });
  });

  it('are those of whom somebody acts as, unless they say in which groups', async () => {
    const acting = (headers: Record<string, string>) => groupsOf({ token: server.adminToken, headers });
    expect(await acting({ 'impersonate-user': 'ann' })).toEqual(['web', 'system:authenticated']);
    expect(await acting({ 'impersonate-user': 'bob' })).toEqual(['system:authenticated']);
    expect(await acting({ 'impersonate-user': 'ann', 'impersonate-group': 'ops' })).toEqual([
      'ops',
      'system:authenticated',
    ]);
    await group('robots', ['system:serviceaccount:team:robot']);
    expect(await acting({ 'impersonate-user': 'system:serviceaccount:team:robot' })).toEqual([
      ...['robots', 'system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'],
    ]);
  });

  it('are still theirs after a restart', async () => {
    await server.restart();
    expect(await groupsOf({ token: 'token-of-ann' })).toEqual(all);
  });
});
