import { describe, it } from 'vitest';
import type { GroupEvent } from '#lib/events';
import { given as specification } from '#lib/testing';
import { groupDecider } from './group-decider.js';

const given = specification(groupDecider);

const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
const users = ['ann', 'system:serviceaccount:shop:robot'];
const created: GroupEvent = {
  type: 'GroupCreated',
  data: { name: 'web', uid: 'u-1', creationTimestamp: '2026-03-04T05:06:07Z', metadata, users },
};
const deleted: GroupEvent = { type: 'GroupDeleted', data: { uid: 'u-1' } };

describe('a group', () => {
  const born = { name: 'web', uid: 'u-1', now: new Date('2026-03-04T05:06:07Z') };
  const create = { type: 'CreateGroup', ...born, metadata, users } as const;

  it('is created once', () => {
    given().when(create).then([created]);
    given(created).when(create).thenRefused('already-exists', { subject: 'web' });
    given(created, deleted).when(create).then([created]);
  });

  it('says apart what changed of it', () => {
    const labelled = { ...metadata, labels: { team: 'web' } };
    const change = { type: 'ChangeGroup', name: 'web' } as const;
    const decided = given(created);
    decided.when({ ...change, metadata, users }).thenNothing();
    decided.when({ ...change, metadata, users: [] }).then([{ type: 'GroupUsersChanged', data: { users: [] } }]);
    decided.when({ ...change, metadata: labelled, users }).then([{ type: 'GroupMetadataChanged', data: labelled }]);
    given()
      .when({ ...change, metadata, users })
      .thenRefused('not-found');
  });

  it('is deleted when it is the one that is meant', () => {
    given(created).when({ type: 'DeleteGroup', name: 'web', uid: 'u-2' }).thenRefused('conflict');
    given(created).when({ type: 'DeleteGroup', name: 'web', uid: 'u-1' }).then([deleted]);
    given(created, deleted).when({ type: 'DeleteGroup', name: 'web' }).thenRefused('not-found');
  });
});
