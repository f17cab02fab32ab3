import { describe, expect, it } from 'vitest';
import type { RoleAggregation, RoleRef, RoleRule, RoleSubject } from '#lib/events';
import { AUTHENTICATED } from '../user.js';
import type { User } from '../user.js';
import { builtinDocuments, isBuiltin, RBAC_GROUP } from './builtin-documents.js';
import { RbacAuthorizer } from './rbac-authorizer.js';
import { RbacIndex } from './rbac-index.js';
import { aggregates } from './role-selection.js';
import { covers, uncovered } from './rule-coverage.js';

const IMAGES = 'image.openshift.io';

const user = (name: string, ...groups: string[]): User => ({
  name,
  uid: '',
  groups: [...groups, AUTHENTICATED],
  extra: {},
});

const named = (kind: string, name: string, namespace?: string): RoleSubject => ({
  kind,
  name,
  ...(kind === 'ServiceAccount' ? { namespace: namespace ?? '' } : { apiGroup: RBAC_GROUP }),
});

const born = (name: string, namespace?: string, labels: Record<string, string> = {}) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: `u-${name}`,
  creationTimestamp: '2026-01-01T00:00:00Z',
  metadata: { labels, annotations: {}, finalizers: [], ownerReferences: [] },
});

/** An index with the built-in roles, and short words for putting more into it. */
function given() {
  const index = new RbacIndex(builtinDocuments({ selfProvisioning: true }));
  const authorizer = new RbacAuthorizer(index);
  return {
    index,
    bind: (
      namespace: string | undefined,
      name: string,
      role: [kind: string, name: string],
      ...subjects: RoleSubject[]
    ) => {
      const roleRef: RoleRef = { apiGroup: RBAC_GROUP, kind: role[0], name: role[1] };
      const kind = namespace === undefined ? 'clusterRoleBinding' : 'roleBinding';
      index.put({ kind, object: { ...born(name, namespace), roleRef, subjects }, version: 1 });
    },
    role: (
      namespace: string | undefined,
      name: string,
      rules: readonly RoleRule[],
      more: { readonly labels?: Record<string, string>; readonly aggregationRule?: RoleAggregation } = {},
    ) => {
      const { labels, ...rest } = more;
      const kind = namespace === undefined ? 'clusterRole' : 'role';
      index.put({ kind, object: { ...born(name, namespace, labels), rules, ...rest }, version: 1 });
    },
    may: async (who: User, verb: string, resource: string, namespace?: string, name?: string, group = IMAGES) =>
      (await authorizer.authorize({ user: who, verb, group, resource, namespace, name })).allowed,
    authorizer,
  };
}

describe('a role binding', () => {
  it('gives a cluster role in its namespace and nowhere else', async () => {
    const { bind, may } = given();
    bind('team', 'editors', ['ClusterRole', 'edit'], named('User', 'ann'));
    expect(await may(user('ann'), 'create', 'imagestreams', 'team')).toBe(true);
    expect(await may(user('ann'), 'create', 'imagestreams', 'other')).toBe(false);
    expect(await may(user('ann'), 'create', 'imagestreams')).toBe(false);
    expect(await may(user('bob'), 'create', 'imagestreams', 'team')).toBe(false);
  });

  it('gives a role of its own namespace, not one of the same name elsewhere', async () => {
    const { bind, role, may } = given();
    role('other', 'puller', [{ verbs: ['get'], apiGroups: [IMAGES], resources: ['imagestreams/layers'] }]);
    bind('team', 'pullers', ['Role', 'puller'], named('User', 'ann'));
    expect(await may(user('ann'), 'get', 'imagestreams/layers', 'team')).toBe(false);
    role('team', 'puller', [{ verbs: ['get'], apiGroups: [IMAGES], resources: ['imagestreams/layers'] }]);
    expect(await may(user('ann'), 'get', 'imagestreams/layers', 'team')).toBe(true);
    expect(await may(user('ann'), 'get', 'imagestreams', 'team')).toBe(false);
  });

  it('counts for groups and for service accounts', async () => {
    const { bind, may } = given();
    const robot = 'system:serviceaccount:ci:builder';
    bind('team', 'all', ['ClusterRole', 'view'], named('Group', 'web'), named('ServiceAccount', 'builder', 'ci'));
    expect(await may(user('ann', 'web'), 'list', 'imagestreams', 'team')).toBe(true);
    expect(await may(user(robot), 'list', 'imagestreams', 'team')).toBe(true);
    expect(await may(user('builder'), 'list', 'imagestreams', 'team')).toBe(false);
    expect(await may(user('web'), 'list', 'imagestreams', 'team')).toBe(false);
  });

  it('no longer counts once it, its subject or its role is gone', async () => {
    const { bind, index, may } = given();
    bind('team', 'editors', ['ClusterRole', 'edit'], named('User', 'ann'), named('User', 'bob'));
    bind('team', 'editors', ['ClusterRole', 'edit'], named('User', 'bob'));
    expect(await may(user('ann'), 'create', 'imagestreams', 'team')).toBe(false);
    expect(await may(user('bob'), 'create', 'imagestreams', 'team')).toBe(true);
    index.delete('roleBinding', 'team', 'editors');
    expect(await may(user('bob'), 'create', 'imagestreams', 'team')).toBe(false);
    bind('team', 'x', ['ClusterRole', 'gone'], named('User', 'bob'));
    expect(await may(user('bob'), 'get', 'imagestreams', 'team')).toBe(false);
  });

  it('never opens paths', async () => {
    const { bind, authorizer } = given();
    bind('team', 'all', ['ClusterRole', 'cluster-admin'], named('User', 'ann'));
    expect(await authorizer.authorize({ user: user('ann'), verb: 'get', path: '/metrics' })).toMatchObject({
      allowed: false,
    });
    const { nonResourceRules } = await authorizer.rulesFor(user('ann'), 'team');
    expect(nonResourceRules.flatMap(({ nonResourceURLs }) => nonResourceURLs)).not.toContain('*');
  });

  it('names itself in the reason', async () => {
    const { bind, authorizer } = given();
    bind('team', 'editors', ['ClusterRole', 'edit'], named('Group', 'web'));
    const access = {
      user: user('ann', 'web'),
      verb: 'get',
      group: IMAGES,
      resource: 'imagestreams',
      namespace: 'team',
    };
    expect((await authorizer.authorize(access)).reason).toBe(
      'RBAC: allowed by RoleBinding "editors/team" of ClusterRole "edit" to Group "web"',
    );
  });
});

describe('a rule with names', () => {
  it('opens those objects only', async () => {
    const { bind, role, may } = given();
    role('team', 'one', [{ verbs: ['*'], apiGroups: [IMAGES], resources: ['imagestreams'], resourceNames: ['app'] }]);
    bind('team', 'one', ['Role', 'one'], named('User', 'ann'));
    expect(await may(user('ann'), 'delete', 'imagestreams', 'team', 'app')).toBe(true);
    expect(await may(user('ann'), 'delete', 'imagestreams', 'team', 'web')).toBe(false);
    expect(await may(user('ann'), 'list', 'imagestreams', 'team')).toBe(false);
  });
});

describe('aggregation', () => {
  const scanRule: RoleRule = { verbs: ['get'], apiGroups: ['scan.example.com'], resources: ['reports'] };

  it('adds the rules of labelled cluster roles to the built-in ones, and of those to the larger', async () => {
    const { bind, role, index, may } = given();
    bind('team', 'v', ['ClusterRole', 'view'], named('User', 'viewer'));
    bind('team', 'a', ['ClusterRole', 'admin'], named('User', 'boss'));
    const mayScan = (name: string) => may(user(name), 'get', 'reports', 'team', undefined, 'scan.example.com');
    expect(await mayScan('viewer')).toBe(false);
    role(undefined, 'scans', [scanRule], { labels: { [`${RBAC_GROUP}/aggregate-to-view`]: 'true' } });
    expect(await mayScan('viewer')).toBe(true);
    expect(await mayScan('boss')).toBe(true);
    index.delete('clusterRole', undefined, 'scans');
    expect(await mayScan('viewer')).toBe(false);
  });

  it('does not go round in circles', () => {
    const { role, index } = given();
    const all = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }, labels: { a: 'b' } };
    role(undefined, 'one', [], all);
    role(undefined, 'two', [], all);
    role(undefined, 'rules', [scanRule], { labels: { a: 'b' } });
    expect(index.rulesOf({ kind: 'ClusterRole', name: 'one' }, undefined)).toEqual([scanRule]);
  });

  it.each([
    [{ matchLabels: { a: 'b' } }, { a: 'b', c: 'd' }, true],
    [{ matchLabels: { a: 'b' } }, { a: 'c' }, false],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }, { a: 'b' }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] }, {}, true],
    [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }, {}, false],
    [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, {}, true],
    [{ matchExpressions: [{ key: 'a', operator: 'Like' }] }, { a: 'b' }, false],
    [{}, {}, true],
  ])('%j takes %j: %s', (selector, labels, expected) => {
    expect(aggregates({ clusterRoleSelectors: [selector] }, labels as Record<string, string>)).toBe(expected);
  });
});

describe('built-in roles', () => {
  it.each([
    ['view', 'get', 'imagestreams', true],
    ['view', 'get', 'imagestreams/layers', false],
    ['view', 'get', 'imagestreams/secrets', false],
    ['view', 'create', 'imagestreamimports', false],
    ['edit', 'update', 'imagestreams/layers', true],
    ['edit', 'create', 'imagestreamimports', true],
    ['edit', 'update', 'imagestreams/status', false],
    ['admin', 'update', 'imagestreams/status', false],
    ['admin', 'create', 'images', false],
    ['admin', 'create', 'imagesignatures', false],
    ['registry-viewer', 'get', 'imagestreams/layers', true],
    ['registry-viewer', 'update', 'imagestreams', false],
    ['registry-editor', 'delete', 'imagestreamtags', true],
    ['system:image-puller', 'get', 'imagestreams/layers', true],
    ['system:image-puller', 'update', 'imagestreams/layers', false],
    ['system:image-pusher', 'update', 'imagestreams/layers', true],
    ['system:image-pusher', 'create', 'imagestreams', false],
    ['system:image-builder', 'create', 'imagestreams', true],
    ['system:image-signer', 'create', 'imagesignatures', true],
    ['system:image-auditor', 'patch', 'images', true],
    ['cluster-reader', 'list', 'images', true],
    ['cluster-reader', 'get', 'imagestreams/secrets', false],
  ])('%s may %s %s: %s', async (role, verb, resource, expected) => {
    const { bind, may } = given();
    bind('team', 'r', ['ClusterRole', role], named('User', 'ann'));
    expect(await may(user('ann'), verb, resource, 'team')).toBe(expected);
    // The core group, in which these resources were once, is opened as far.
    expect(await may(user('ann'), verb, resource, 'team', undefined, '')).toBe(expected);
  });

  it('let only those who administer give roles, and see secrets from edit on', async () => {
    const { bind, may } = given();
    for (const role of ['view', 'edit', 'admin', 'registry-admin']) {
      bind('team', role, ['ClusterRole', role], named('User', role));
    }
    const mayBind = (name: string) => may(user(name), 'create', 'rolebindings', 'team', undefined, RBAC_GROUP);
    const maySecrets = (name: string) => may(user(name), 'get', 'secrets', 'team', undefined, '');
    expect([await mayBind('view'), await mayBind('edit')]).toEqual([false, false]);
    expect([await mayBind('admin'), await mayBind('registry-admin')]).toEqual([true, true]);
    expect([await maySecrets('view'), await maySecrets('edit'), await maySecrets('admin')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('are the same on every server', () => {
    const [one, two] = [builtinDocuments({ selfProvisioning: true }), builtinDocuments({ selfProvisioning: true })];
    expect(one).toEqual(two);
    expect(one.every(isBuiltin)).toBe(true);
    expect(new Set(one.map(({ object }) => object.uid)).size).toBe(one.length);
    expect(one[0]?.object.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('what rules cover', () => {
  const rule = (verbs: string[], resources: string[], resourceNames?: string[]) => ({
    verbs,
    apiGroups: [IMAGES],
    resources,
    ...(resourceNames === undefined ? {} : { resourceNames }),
  });

  it.each([
    [rule(['*'], ['*']), rule(['get'], ['a/b']), true],
    [rule(['get'], ['a']), rule(['get', 'list'], ['a']), false],
    [rule(['get'], ['*/b']), rule(['get'], ['a/b']), true],
    [rule(['get'], ['a']), rule(['get'], ['a/b']), false],
    [rule(['get'], ['a']), rule(['get'], ['*']), false],
    [rule(['get'], ['a']), rule(['get'], ['a'], ['x']), true],
    [rule(['get'], ['a'], ['x']), rule(['get'], ['a']), false],
    [rule(['get'], ['a'], ['x', 'y']), rule(['get'], ['a'], ['x']), true],
    [{ verbs: ['get'], nonResourceURLs: ['/a/*'] }, { verbs: ['get'], nonResourceURLs: ['/a/b', '/a/c/*'] }, true],
    [{ verbs: ['get'], nonResourceURLs: ['/a/*'] }, { verbs: ['get'], nonResourceURLs: ['*'] }, false],
    [rule(['*'], ['*']), { verbs: ['get'], nonResourceURLs: ['/a'] }, false],
  ])('%j covers %j: %s', (own, wanted, expected) => {
    expect(covers(own, wanted)).toBe(expected);
  });

  it('may take several rules together, and names what is missing', () => {
    const owned = [rule(['get'], ['a', 'b']), rule(['list'], ['a'])];
    expect(uncovered(owned, [rule(['get', 'list'], ['a'])])).toEqual([]);
    expect(uncovered(owned, [rule(['get', 'list'], ['a', 'b'])])).toEqual([rule(['list'], ['b'])]);
  });

  it('is not worked out for rules without end', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `r${index}`);
    const huge = rule(many, many);
    expect(uncovered([rule(['get'], ['a'])], [huge])).toEqual([huge]);
    expect(uncovered([rule(['*'], ['*'])], [huge])).toEqual([]);
  });
});
