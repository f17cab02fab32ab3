import { describe, it } from 'vitest';
import type { ServiceAccountEvent } from '#lib/events';
import { given as specification } from '#lib/testing';
import { serviceAccountDecider, type ServiceAccountCommand } from './service-account-decider.js';

const given = specification(serviceAccountDecider);

const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
const content = { imagePullSecrets: [{ name: 'pull' }] };
const created: ServiceAccountEvent = {
  type: 'ServiceAccountCreated',
  data: {
    namespace: 'team',
    name: 'robot',
    uid: 'u-1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    metadata,
    content: {},
  },
};
const create: ServiceAccountCommand = {
  type: 'CreateServiceAccount',
  namespace: 'team',
  name: 'robot',
  uid: 'u-1',
  now: new Date('2026-01-01T00:00:00Z'),
  metadata,
  content: {},
};
const remove: ServiceAccountCommand = { type: 'DeleteServiceAccount', name: 'robot', uid: 'u-1' };

describe('a service account', () => {
  it('is created once', () => {
    given().when(create).then([created]);
    given(created).when(create).thenRefused('already-exists');
  });

  it('is changed in what differs, and not at all where nothing does', () => {
    const labelled = { ...metadata, labels: { a: 'b' } };
    const change: ServiceAccountCommand = { type: 'ChangeServiceAccount', name: 'robot', metadata: labelled, content };
    given(created)
      .when(change)
      .then([
        { type: 'ServiceAccountMetadataChanged', data: labelled },
        { type: 'ServiceAccountContentChanged', data: content },
      ]);
    given(created)
      .when({ ...change, metadata, content: {} })
      .thenNothing();
    given().when(change).thenRefused('not-found');
  });

  it('is deleted as the one that is meant, and may then come back as another', () => {
    const deleted: ServiceAccountEvent = { type: 'ServiceAccountDeleted', data: { uid: 'u-1' } };
    given(created).when(remove).then([deleted]);
    given(created)
      .when({ ...remove, uid: 'u-0' })
      .thenRefused('conflict');
    given(created, deleted).when(remove).thenRefused('not-found');
    given(created, deleted).when(create).then([created]);
  });
});
