import { describe, expect, it } from 'vitest';
import { builtinDocuments } from '../rbac/builtin-documents.js';
import { RbacAuthorizer } from '../rbac/rbac-authorizer.js';
import { RbacIndex } from '../rbac/rbac-index.js';
import { ADMIN, ANONYMOUS, AUTHENTICATED } from '../user.js';
import type { User } from '../user.js';
import { inOwnNamespace, qualifiedResource, refusalText } from './attributes.js';
import { allows } from './policy-rule.js';
import type { ResourceRule } from './policy-rule.js';

const developer: User = { name: 'dev', uid: '', groups: [AUTHENTICATED], extra: {} };
const authorizer = new RbacAuthorizer(new RbacIndex(builtinDocuments({ selfProvisioning: true })));

const mayPath = async (user: User, verb: string, path: string) =>
  (await authorizer.authorize({ user, verb, path })).allowed;
const mayResource = async (user: User, verb: string, group: string, resource: string, name?: string) =>
  (await authorizer.authorize({ user, verb, group, resource, namespace: 'team', name })).allowed;

describe('without any configuration', () => {
  it('the administrator may do everything', async () => {
    expect(await mayPath(ADMIN, 'post', '/anything')).toBe(true);
    expect(await mayResource(ADMIN, 'delete', 'image.openshift.io', 'images')).toBe(true);
    expect(await mayResource(ADMIN, 'get', 'image.openshift.io', 'imagestreams/layers')).toBe(true);
  });

  it.each([ANONYMOUS, developer])('$name sees that the server lives, and its version', async (user) => {
    for (const path of ['/livez', '/readyz', '/healthz', '/version', '/readyz/store']) {
      expect(await mayPath(user, 'get', path)).toBe(true);
    }
    expect(await mayPath(user, 'head', '/')).toBe(true);
    expect(await mayPath(user, 'post', '/healthz')).toBe(false);
    expect(await mayPath(user, 'get', '/metrics')).toBe(false);
  });

  it('discovery, reviews of oneself and projects are for those who say who they are', async () => {
    for (const path of ['/', '/api', '/apis', '/apis/image.openshift.io/v1', '/openapi/v3']) {
      expect(await mayPath(developer, 'get', path)).toBe(true);
      expect(await mayPath(ANONYMOUS, 'get', path)).toBe(false);
    }
    for (const user of [developer, ANONYMOUS]) {
      const known = user === developer;
      expect(await mayResource(user, 'create', 'authentication.k8s.io', 'selfsubjectreviews')).toBe(known);
      expect(await mayResource(user, 'create', 'authorization.k8s.io', 'selfsubjectaccessreviews')).toBe(known);
      expect(await mayResource(user, 'get', 'user.openshift.io', 'users', '~')).toBe(known);
      expect(await mayResource(user, 'list', 'project.openshift.io', 'projects')).toBe(known);
      expect(await mayResource(user, 'create', 'project.openshift.io', 'projectrequests')).toBe(known);
    }
  });

  it('anything else is refused', async () => {
    expect(await mayResource(developer, 'get', 'image.openshift.io', 'imagestreams', 'app')).toBe(false);
    expect(await mayResource(developer, 'get', 'user.openshift.io', 'users', 'other')).toBe(false);
    expect(await mayResource(developer, 'get', 'user.openshift.io', 'users')).toBe(false);
    expect(await mayResource(developer, 'create', 'authorization.k8s.io', 'subjectaccessreviews')).toBe(false);
    expect(await mayResource(developer, 'get', 'project.openshift.io', 'projects', 'team')).toBe(false);
  });

  it('everybody can be told what they may do', async () => {
    const { resourceRules, nonResourceRules } = await authorizer.rulesFor(developer, 'team');
    expect(resourceRules.flatMap(({ resources }) => resources)).toContain('selfsubjectreviews');
    expect(nonResourceRules.flatMap(({ nonResourceURLs }) => nonResourceURLs)).toContain('/apis');
  });

  it('nobody but the administrator asks for projects where that is turned off', async () => {
    const strict = new RbacAuthorizer(new RbacIndex(builtinDocuments({ selfProvisioning: false })));
    const ask = { verb: 'create', group: 'project.openshift.io', resource: 'projectrequests' };
    expect(await strict.authorize({ ...ask, user: developer })).toMatchObject({ allowed: false });
    expect(await strict.authorize({ ...ask, user: ADMIN })).toMatchObject({ allowed: true });
  });
});

describe('a refusal', () => {
  const access = { user: ANONYMOUS, verb: 'list', group: 'image.openshift.io', resource: 'images' };

  it('says who may not do what, and where', () => {
    expect(refusalText(access)).toBe(
      'User "system:anonymous" cannot list resource "images" in API group "image.openshift.io" at the cluster scope',
    );
    expect(refusalText({ ...access, resource: 'imagestreams', subresource: 'layers', namespace: 'x' })).toBe(
      'User "system:anonymous" cannot list resource "imagestreams/layers" in API group "image.openshift.io" ' +
        'in the namespace "x"',
    );
    expect(refusalText({ user: developer, verb: 'get', path: '/metrics' })).toBe(
      'User "dev" cannot get path "/metrics"',
    );
  });

  it('is the reason of the decision', async () => {
    expect(await authorizer.authorize(access)).toEqual({ allowed: false, reason: refusalText(access) });
  });
});

describe('a rule', () => {
  const rule: ResourceRule = { verbs: ['get'], apiGroups: ['g'], resources: ['a', 'b/c'] };
  const access = { user: developer, verb: 'get', group: 'g', resource: 'a' };

  it('opens a subresource only by its own name', () => {
    expect(allows(rule, access)).toBe(true);
    expect(allows(rule, { ...access, subresource: 'c' })).toBe(false);
    expect(allows(rule, { ...access, resource: 'b', subresource: 'c' })).toBe(true);
    expect(allows(rule, { ...access, resource: 'b/c' })).toBe(true);
    expect(allows(rule, { ...access, resource: 'b' })).toBe(false);
    expect(qualifiedResource({ ...access, resource: 'b/c' })).toBe('b/c');
    expect(allows({ ...rule, resources: ['*/status'] }, { ...access, subresource: 'status' })).toBe(true);
  });

  it('with names opens nothing for a request without', () => {
    const named = { ...rule, resourceNames: ['x'] };
    expect(allows(named, { ...access, name: 'x' })).toBe(true);
    expect(allows(named, access)).toBe(false);
  });
});

describe('a namespace, and the project that it is', () => {
  it.each([
    ['', 'namespaces'],
    ['project.openshift.io', 'projects'],
  ])('of group "%s" is asked for by name inside of itself', (group, resource) => {
    const access = { user: developer, verb: 'get', group, resource, namespace: '', name: 'team' };
    expect(inOwnNamespace(access)).toEqual({ ...access, namespace: 'team' });
    expect(inOwnNamespace({ ...access, name: '' })).toMatchObject({ namespace: '' });
    expect(inOwnNamespace({ ...access, resource: 'nodes' })).toMatchObject({ namespace: '' });
  });
});
