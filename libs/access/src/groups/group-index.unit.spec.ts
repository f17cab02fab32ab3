import { beforeEach, describe, expect, it } from 'vitest';
import type { DeclaredDocument } from '#lib/read-model';
import { GroupIndex } from './group-index.js';
import { withMemberships } from './memberships.js';

const group = (name: string, users: readonly string[], version = 1): DeclaredDocument<'group'> => ({
  kind: 'group',
  version,
  object: {
    ...{ name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z', users },
    metadata: { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] },
  },
});

let index: GroupIndex;
beforeEach(() => {
  index = new GroupIndex();
  index.put(group('web', ['ann', 'bob']));
  index.put(group('ops', ['ann', 'ann']));
});

describe('the groups of a user', () => {
  it('are those that name them, each once', () => {
    expect(index.groupsOf('ann')).toEqual(['ops', 'web']);
    expect(index.groupsOf('bob')).toEqual(['web']);
    expect(index.groupsOf('constructor')).toEqual([]);
  });

  it('follow what a group says last', () => {
    index.put(group('web', ['cid', 'bob'], 2));
    expect(['ann', 'bob', 'cid'].map((user) => index.groupsOf(user))).toEqual([['ops'], ['web'], ['web']]);
    expect(index.get('group', undefined, 'web')?.version).toBe(2);
  });

  it('end with the group', () => {
    index.delete('group', undefined, 'ops');
    index.delete('group', undefined, 'ops');
    expect(index.groupsOf('ann')).toEqual(['web']);
    expect(index.get('group', undefined, 'ops')).toBeUndefined();
  });

  it('add to those that the user came with', () => {
    const ann = { name: 'ann', uid: '', groups: ['web', 'system:authenticated'], extra: {} };
    expect(withMemberships(ann, index).groups).toEqual(['ops', 'web', 'system:authenticated']);
    const stranger = { ...ann, name: 'stranger' };
    expect(withMemberships(stranger, index)).toBe(stranger);
  });
});
