import { beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type Answer, type Json } from './harness/api-client.js';
import { givenRegistry, givenServer } from './harness/given.js';
import { digestOf, imageStream, mapping } from './harness/image-objects.js';

/**
 * The requests that oc sends for a command, in its order and with its bodies. The program itself comes from no package
 * registry, so what it does is played here.
 */
const given = givenServer();
const registries = givenRegistry();

const NS = `${GROUP}/namespaces/team`;
const PROJECTS = '/apis/project.openshift.io/v1';
const apiVersion = 'image.openshift.io/v1';

const status = (answer: Answer): number => answer.code;
const named = ({ body }: Answer): readonly (string | undefined)[] =>
  body.items?.map(({ metadata }) => metadata?.name) ?? [];

describe('oc login', () => {
  it('looks whether this is an API, who it is, and which projects there are', async () => {
    const { api } = given;
    expect(status(await api.send('HEAD', '/'))).toBe(200);
    const review = await api.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      ...{ kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' },
    });
    expect(review).toMatchObject({ code: 201, body: { status: { userInfo: { username: 'system:admin' } } } });
    expect((await api.get('/apis/user.openshift.io/v1/users/~')).body).toMatchObject({
      ...{ kind: 'User', metadata: { name: 'system:admin' } },
      groups: expect.arrayContaining(['system:authenticated']) as string[],
    });
    expect(named(await api.get(`${PROJECTS}/projects`))).toContain('team');
    expect((await api.get('/api/v1/namespaces/openshift/configmaps/motd')).code).toBe(404);
  });

  it('is told without a reason when its token is wrong', async () => {
    const stranger = given.server.api({ token: 'wrong' });
    for (const path of [`${PROJECTS}/projects`, '/apis/user.openshift.io/v1/users/~']) {
      expect((await stranger.get(path)).body).toMatchObject({
        code: 401,
        reason: 'Unauthorized',
        message: 'Unauthorized',
      });
    }
    stranger.close();
  });

  it('asks on behalf of somebody without projects whether there could be one', async () => {
    const review = (verb: string) =>
      given.api.post('/apis/authorization.openshift.io/v1/subjectaccessreviews', {
        ...{ namespace: '', verb, resourceAPIGroup: 'project.openshift.io', resource: 'projectrequests' },
        ...{ resourceName: '', path: '', isNonResourceURL: false, user: '', groups: null, scopes: null },
      });
    for (const verb of ['list', 'create']) {
      expect(await review(verb)).toMatchObject({
        code: 201,
        body: { kind: 'SubjectAccessReviewResponse', allowed: true },
      });
    }
  });
});

describe('oc adm groups', () => {
  const GROUPS = '/apis/user.openshift.io/v1/groups';

  it('are made, with users or without', async () => {
    const group = (name: string, users: readonly string[] | null) => ({
      ...{ kind: 'Group', apiVersion: 'user.openshift.io/v1', metadata: { name, creationTimestamp: null }, users },
    });
    expect(await given.api.post(GROUPS, group('web', null))).toMatchObject({ code: 201, body: { users: [] } });
    expect(await given.api.post(GROUPS, group('ops', ['ann', 'bob']))).toMatchObject({
      code: 201,
      body: { kind: 'Group', users: ['ann', 'bob'] },
    });
    expect((await given.api.post(GROUPS, group('ops', []))).body).toMatchObject({ reason: 'AlreadyExists' });
  });

  it('are read and written back as they gain and lose users', async () => {
    const put = async (users: readonly string[]): Promise<Answer> => {
      const { body } = await given.api.get(`${GROUPS}/web`);
      return given.api.put(`${GROUPS}/web`, { ...body, users });
    };
    expect(await put(['ann', 'bob'])).toMatchObject({ code: 200, body: { users: ['ann', 'bob'] } });
    expect(await put(['bob'])).toMatchObject({ code: 200, body: { users: ['bob'] } });
    expect(await put([])).toMatchObject({ code: 200, body: { users: [] } });
    expect((await given.api.get(`${GROUPS}/missing`)).body).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  it('are listed and deleted', async () => {
    expect(named(await given.api.get(`${GROUPS}?limit=500`))).toEqual(['ops', 'web']);
    expect((await given.api.delete(`${GROUPS}/ops`)).body).toMatchObject({ status: 'Success' });
    expect(named(await given.api.get(GROUPS))).toEqual(['web']);
  });
});

describe('oc projects', () => {
  it('are requested, found, shown and deleted', async () => {
    const { api } = given;
    expect((await api.get(`${PROJECTS}/projectrequests`)).body).toMatchObject({ kind: 'Status', status: 'Success' });
    const request = {
      ...{ kind: 'ProjectRequest', apiVersion: 'project.openshift.io/v1', metadata: { name: 'shop' } },
      ...{ displayName: 'The shop', description: 'What we sell' },
    };
    const made = await api.post(`${PROJECTS}/projectrequests`, request);
    expect(made).toMatchObject({
      code: 201,
      body: { kind: 'Project', metadata: { annotations: { 'openshift.io/display-name': 'The shop' } } },
    });
    expect((await api.post(`${PROJECTS}/projectrequests`, request)).body).toMatchObject({
      ...{ code: 409, reason: 'AlreadyExists' },
      message: 'project.project.openshift.io "shop" already exists',
    });
    expect((await api.get(`${PROJECTS}/projects/shop`)).code).toBe(200);
    expect((await api.get('/api/v1/namespaces/shop')).code).toBe(200);
    expect((await api.delete(`${PROJECTS}/projects/shop`, { propagationPolicy: 'Background' })).code).toBe(200);
  });
});

describe('oc create and oc tag', () => {
  beforeAll(async () => {
    await given.api.post(`${NS}/imagestreams`, {
      ...imageStream('ruby', { lookupPolicy: { local: false } }),
      status: { dockerImageRepository: '' },
    });
    await given.api.post(`${NS}/imagestreammappings`, mapping('team', 'ruby', '2.7', digestOf('ruby')));
  });

  it('make a tag with all fields that oc leaves empty', async () => {
    const made = await given.api.post(`${NS}/imagestreamtags`, {
      ...{
        kind: 'ImageStreamTag',
        apiVersion,
        metadata: { name: 'fresh:1', creationTimestamp: null, annotations: {} },
      },
      tag: {
        ...{ name: '', annotations: {}, from: { kind: 'ImageStreamTag', name: 'ruby:2.7' }, generation: null },
        ...{ importPolicy: {}, referencePolicy: { type: '' } },
      },
      ...{ generation: 0, lookupPolicy: { local: false }, image: { metadata: {}, dockerImageMetadata: null } },
    });
    expect(made).toMatchObject({
      code: 201,
      body: { tag: { name: '1', referencePolicy: { type: 'Source' }, importPolicy: { importMode: 'Legacy' } } },
    });
    expect((await given.api.get(`${NS}/imagestreams/fresh`)).code).toBe(200);
  });

  const put = (name: string, from: object, generation: number | null = null) =>
    given.api.put(`${NS}/imagestreamtags/${name}`, {
      ...{ kind: 'ImageStreamTag', apiVersion, metadata: { name, namespace: 'team', creationTimestamp: null } },
      tag: {
        ...{ name: name.split(':')[1], annotations: null, from, generation },
        ...{ importPolicy: { importMode: 'Legacy' }, referencePolicy: { type: 'Source' } },
      },
      ...{ generation: 0, lookupPolicy: { local: false }, image: { metadata: {}, dockerImageMetadata: null } },
    });

  it('put a tag into a stream that is not there yet, and move it without a version', async () => {
    const stream = (await given.api.get(`${NS}/imagestreams/ruby`)).body as Json & {
      status: { tags: { items: { image: string }[] }[] };
    };
    const image = stream.status.tags[0]?.items[0]?.image ?? '';
    const from = { kind: 'ImageStreamImage', namespace: 'team', name: `ruby@${image}` };
    expect((await put('newrepo:latest', from)).code).toBe(201);
    expect((await put('newrepo:latest', { kind: 'ImageStreamTag', namespace: 'team', name: 'ruby:2.7' })).code).toBe(
      200,
    );
    expect((await given.api.get(`${NS}/imagestreamtags/newrepo:latest`)).body).toMatchObject({
      image: { metadata: { name: digestOf('ruby') } },
    });
  });

  it('ask for an import again by generation 0', async () => {
    const from = { kind: 'DockerImage', name: 'registry.example.com/team/ruby:2' };
    await put('again:1', from, 0);
    const { body } = await put('again:1', from, 0);
    expect(body).toMatchObject({ tag: { generation: 2 } });
  });

  it('take a tag away, once', async () => {
    expect((await given.api.delete(`${NS}/imagestreamtags/newrepo:latest`)).body).toMatchObject({ status: 'Success' });
    expect((await given.api.delete(`${NS}/imagestreamtags/newrepo:latest`)).code).toBe(404);
  });

  it('set the lookup policy, and leave it as it is the second time', async () => {
    const set = () =>
      given.api.patch(
        `${NS}/imagestreams/ruby?fieldManager=kubectl-set`,
        { spec: { lookupPolicy: { local: true } } },
        'strategic-merge',
      );
    const [first, second] = [await set(), await set()];
    expect(first.body).toMatchObject({ spec: { lookupPolicy: { local: true } } });
    expect(second.body.metadata?.resourceVersion).toBe(first.body.metadata?.resourceVersion);
  });
});

describe('oc import-image', () => {
  const imports = (resourceVersion: string, from: string, keep = true) => ({
    ...{ kind: 'ImageStreamImport', apiVersion },
    metadata: { name: 'web', namespace: 'team', resourceVersion, creationTimestamp: null },
    spec: {
      import: keep,
      images: [
        {
          ...{ from: { kind: 'DockerImage', name: from }, to: { name: '1' } },
          importPolicy: { insecure: true, importMode: 'Legacy' },
          referencePolicy: { type: 'Source' },
        },
      ],
    },
    status: {},
  });

  it('gets all that it prints in the answer, and its version is a condition', async () => {
    const { reference, digest } = await registries.registry.push('team/web', '1');
    const missing = await given.api.get(`${NS}/imagestreams/web`);
    expect(missing.code).toBe(404);
    const looked = await given.api.post(`${NS}/imagestreamimports`, imports('', reference, false));
    expect(looked).toMatchObject({
      code: 201,
      body: {
        status: { images: [{ status: { status: 'Success' }, tag: '1', image: { metadata: { name: digest } } }] },
      },
    });
    expect(looked.body['status']).not.toHaveProperty('import');
    const first = await given.api.post(`${NS}/imagestreamimports`, imports('', reference));
    expect(first).toMatchObject({
      code: 201,
      body: {
        status: {
          import: { metadata: { name: 'web' }, spec: { tags: [{ name: '1', generation: 1 }] } },
          images: [{ image: { dockerImageMetadata: { kind: 'DockerImage' }, dockerImageMetadataVersion: '1.0' } }],
        },
      },
    });
    const { body } = await given.api.get(`${NS}/imagestreams/web`);
    const version = body.metadata?.resourceVersion ?? '';
    await given.api.patch(`${NS}/imagestreams/web`, { metadata: { annotations: { meanwhile: 'changed' } } });
    expect((await given.api.post(`${NS}/imagestreamimports`, imports(version, reference))).body).toMatchObject({
      ...{ code: 409, reason: 'Conflict' },
    });
  });

  it('says for each image why it failed, and answers 201', async () => {
    const answer = await given.api.post(
      `${NS}/imagestreamimports`,
      imports('', `${registries.registry.host}/team/web:missing`),
    );
    expect(answer).toMatchObject({
      code: 201,
      body: { status: { images: [{ status: { status: 'Failure', reason: expect.any(String) as string } }] } },
    });
  });
});

describe('oc adm prune images', () => {
  it('finds everything that it lists, empty or not', async () => {
    const core = ['pods', 'replicationcontrollers', 'limitranges'].map((resource) => `/api/v1/${resource}`);
    const apps = ['statefulsets', 'daemonsets', 'deployments', 'replicasets'].map((name) => `/apis/apps/v1/${name}`);
    const batch = ['jobs', 'cronjobs'].map((resource) => `/apis/batch/v1/${resource}`);
    const images = [`${GROUP}/imagestreams`, `${GROUP}/images?limit=5000`];
    for (const path of [...core, ...apps, ...batch, ...images]) {
      const { code, body } = await given.api.get(path);
      expect([path, code, Array.isArray(body.items)]).toEqual([path, 200, true]);
    }
    // What is tolerated when it is not there must not be there by half.
    for (const path of ['/apis/build.openshift.io/v1/builds', '/apis/apps.openshift.io/v1/deploymentconfigs']) {
      expect((await given.api.get(path)).code).toBe(404);
    }
  });

  it('writes the status without what it took out, and deletes the image', async () => {
    const old = digestOf('old');
    for (const digest of [old, digestOf('new')]) {
      await given.api.post(`${NS}/imagestreams`, imageStream('pruned'));
      await given.api.post(`${NS}/imagestreammappings`, mapping('team', 'pruned', '1', digest));
    }
    const { body } = await given.api.get(`${NS}/imagestreams/pruned`);
    const stream = body as Json & { status: { tags: { tag: string; items: { image: string }[] }[] } };
    const tags = stream.status.tags.map(({ tag, items }) => ({
      tag,
      items: items.filter(({ image }) => image !== old),
    }));
    const pruned = await given.api.put(`${NS}/imagestreams/pruned/status`, {
      ...stream,
      status: { ...stream.status, tags },
    });
    expect(pruned).toMatchObject({ code: 200, body: { status: { tags: [{ items: [{ image: digestOf('new') }] }] } } });
    expect((await given.api.delete(`${GROUP}/images/${old}`, { gracePeriodSeconds: 0 })).code).toBe(200);
    expect((await given.api.get(`${GROUP}/images/${old}`)).code).toBe(404);
  });
});

describe('oc whoami --show-console, oc status, oc new-app', () => {
  it('go on without what is not there', async () => {
    for (const path of [
      '/api/v1/namespaces/openshift-config-managed/configmaps/console-public',
      '/apis/config.openshift.io/v1/clusterversions/version',
      '/apis/template.openshift.io/v1/namespaces/team/templates',
      '/apis/route.openshift.io/v1/namespaces/team/routes',
      '/.well-known/oauth-authorization-server',
    ]) {
      expect([path, (await given.api.get(path)).body]).toMatchObject([path, { kind: 'Status', code: 404 }]);
    }
    expect((await given.api.get('/api/v1/namespaces/team/services')).body.items).toEqual([]);
    expect((await given.api.get(`${GROUP}/namespaces/openshift/imagestreams`)).code).toBe(200);
  });
});
