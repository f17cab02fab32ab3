import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, ObjectView, RequestUser } from '#lib/kube-api';
import {
  ADMIN_USER,
  DEVELOPER,
  namesIn,
  requestBy,
  tenancyFixture,
  type TenancyFixture,
} from '../testing/tenancy-fixture.js';

const WEB_MAY_PULL = { verbs: ['get'], apiGroups: ['image.openshift.io'], resources: ['imagestreams/layers'] };
const K8S = 'authorization.k8s.io';

let fixture: TenancyFixture;
beforeAll(async () => {
  fixture = await tenancyFixture([['web', [WEB_MAY_PULL]]]);
});
afterAll(() => fixture.close());

const ask = async (
  user: RequestUser,
  [group, resource, namespace]: readonly [string, string, string?],
  question: object,
): Promise<unknown> => {
  const sent = { kind: 'Any', apiVersion: `${group}/v1`, metadata: {}, ...question } as unknown as KubeObject;
  const key = namespace === undefined ? {} : { namespace };
  const view = await fixture.storage(group, resource).create(requestBy(user), key, sent, { dryRun: false });
  return JSON.parse((view as ObjectView).json().toString());
};

describe('who somebody is', () => {
  it('is answered to OpenShift clients as a user', async () => {
    const users = fixture.storage('user.openshift.io', 'users');
    const self = await users.get(requestBy(DEVELOPER), { name: '~' });
    expect(JSON.parse(self.json().toString())).toEqual({
      kind: 'User',
      apiVersion: 'user.openshift.io/v1',
      metadata: { name: 'dev', uid: 'u-7' },
      identities: null,
      groups: ['web', 'system:authenticated'],
    });
    await expect(users.get(requestBy(DEVELOPER), { name: 'dev' })).rejects.toMatchObject({ code: 404 });
  });

  it('is answered to Kubernetes clients as a review', async () => {
    expect(await ask(DEVELOPER, ['authentication.k8s.io', 'selfsubjectreviews'], {})).toEqual({
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      status: { userInfo: { username: 'dev', uid: 'u-7', groups: ['web', 'system:authenticated'] } },
    });
  });
});

describe('what the caller may do', () => {
  const may = (user: RequestUser, spec: object) => ask(user, [K8S, 'selfsubjectaccessreviews'], { spec });

  it('is reviewed for a resource, with its subresource in either form', async () => {
    const pull = { verb: 'get', group: 'image.openshift.io', namespace: 'shop' };
    for (const named of [{ resource: 'imagestreams', subresource: 'layers' }, { resource: 'imagestreams/layers' }]) {
      const spec = { resourceAttributes: { ...pull, ...named } };
      expect(await may(DEVELOPER, spec)).toEqual({
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec,
        status: {
          allowed: true,
          reason: 'RBAC: allowed by ClusterRoleBinding "test:web" of ClusterRole "test:web" to Group "web"',
        },
      });
    }
    const spec = { resourceAttributes: { ...pull, resource: 'imagestreams' } };
    expect(await may(DEVELOPER, spec)).toMatchObject({ status: { allowed: false } });
    expect(await may(ADMIN_USER, { resourceAttributes: { verb: '*', resource: '*', group: '*' } })).toMatchObject({
      status: { allowed: true },
    });
  });

  it('is reviewed for a path', async () => {
    const path = (path: string) => ({ nonResourceAttributes: { path, verb: 'get' } });
    expect(await may(DEVELOPER, path('/version'))).toMatchObject({ status: { allowed: true } });
    expect(await may(DEVELOPER, path('/metrics'))).toMatchObject({ status: { allowed: false } });
  });

  it('is not reviewed for neither or both', async () => {
    await expect(may(DEVELOPER, {})).rejects.toMatchObject({ code: 422 });
    await expect(may(DEVELOPER, { resourceAttributes: {}, nonResourceAttributes: {} })).rejects.toMatchObject({
      code: 422,
    });
  });

  it('is listed as rules', async () => {
    const rules = await ask(DEVELOPER, [K8S, 'selfsubjectrulesreviews'], { spec: { namespace: 'shop' } });
    expect(rules).toMatchObject({
      status: {
        incomplete: false,
        resourceRules: expect.arrayContaining([WEB_MAY_PULL]) as object[],
        nonResourceRules: expect.any(Array) as object[],
      },
    });
    await expect(ask(DEVELOPER, [K8S, 'selfsubjectrulesreviews'], { spec: {} })).rejects.toMatchObject({ code: 422 });
  });
});

describe('what somebody else may do', () => {
  const pull = { verb: 'get', group: 'image.openshift.io', resource: 'imagestreams/layers', namespace: 'shop' };

  it('is reviewed by name and groups', async () => {
    const spec = { resourceAttributes: pull, user: 'somebody', groups: ['web'] };
    expect(await ask(ADMIN_USER, [K8S, 'subjectaccessreviews'], { spec })).toMatchObject({
      kind: 'SubjectAccessReview',
      status: { allowed: true },
    });
    const nobody = { resourceAttributes: pull };
    await expect(ask(ADMIN_USER, [K8S, 'subjectaccessreviews'], { spec: nobody })).rejects.toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec.user' }] },
    });
  });

  it('is reviewed locally only in the namespace of the review', async () => {
    const spec = { resourceAttributes: pull, groups: ['web'] };
    expect(await ask(ADMIN_USER, [K8S, 'localsubjectaccessreviews', 'shop'], { spec })).toMatchObject({
      kind: 'LocalSubjectAccessReview',
      metadata: { namespace: 'shop' },
      status: { allowed: true },
    });
    await expect(ask(ADMIN_USER, [K8S, 'localsubjectaccessreviews', 'x'], { spec })).rejects.toMatchObject({
      code: 422,
    });
  });
});

describe("OpenShift's own access review", () => {
  const legacy = ['authorization.openshift.io', 'subjectaccessreviews'] as const;

  it('is about the caller when it names nobody', async () => {
    const question = { verb: 'list', resource: 'projectrequests', resourceAPIGroup: 'project.openshift.io' };
    expect(await ask(ADMIN_USER, legacy, { ...question, user: '', groups: null })).toEqual({
      kind: 'SubjectAccessReviewResponse',
      apiVersion: 'authorization.openshift.io/v1',
      namespace: '',
      allowed: true,
      reason: 'allowed to the group "system:masters"',
    });
    expect(await ask(DEVELOPER, legacy, question)).toMatchObject({ allowed: true });
    expect(await ask(DEVELOPER, legacy, { ...question, verb: 'delete' })).toMatchObject({ allowed: false });
  });

  it('is about others only for those who may ask', async () => {
    const question = {
      verb: 'get',
      resource: 'imagestreams/layers',
      resourceAPIGroup: 'image.openshift.io',
      groups: ['web'],
    };
    expect(await ask(ADMIN_USER, legacy, question)).toMatchObject({ allowed: true });
    await expect(ask({ ...DEVELOPER, groups: [] }, legacy, question)).rejects.toMatchObject({ code: 403 });
  });
});

describe('what a standalone server has none of', () => {
  it('is an empty list, and not found by name', async () => {
    for (const [group, resource] of [
      ['', 'pods'],
      ['apps', 'deployments'],
      ['batch', 'cronjobs'],
    ] as const) {
      const storage = fixture.storage(group, resource);
      const list = await storage.list(requestBy(DEVELOPER), {});
      expect(list.resourceVersion).toMatch(/^\d+$/);
      expect(await namesIn(list)).toEqual([]);
      await expect(storage.get(requestBy(DEVELOPER), { name: 'x' })).rejects.toMatchObject({ code: 404 });
    }
  });
});
