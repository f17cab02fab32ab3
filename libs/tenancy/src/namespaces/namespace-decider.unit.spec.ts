import { describe, it } from 'vitest';
import type { NamespaceEvent } from '#lib/events';
import { given } from '#lib/testing';
import type { NamespaceCommand } from './namespace-commands.js';
import { NAME_LABEL, namespaceDecider } from './namespace-decider.js';

const NOW = new Date('2026-03-01T10:00:00.789Z');

const created: NamespaceEvent = {
  type: 'NamespaceCreated',
  data: {
    name: 'shop',
    uid: 'u1',
    creationTimestamp: '2026-03-01T10:00:00Z',
    labels: { team: 'web', [NAME_LABEL]: 'shop' },
    annotations: { note: 'first' },
  },
};
const deletionRequested: NamespaceEvent = {
  type: 'NamespaceDeletionRequested',
  data: { name: 'shop', uid: 'u1', deletionTimestamp: '2026-03-01T10:00:00Z' },
};
const deleted: NamespaceEvent = { type: 'NamespaceDeleted', data: { name: 'shop', uid: 'u1' } };

const create: NamespaceCommand = {
  type: 'CreateNamespace',
  name: 'shop',
  uid: 'u1',
  now: NOW,
  labels: { team: 'web' },
  annotations: { note: 'first' },
};
const requestDeletion: NamespaceCommand = { type: 'RequestNamespaceDeletion', name: 'shop', now: NOW };
const finishDeletion: NamespaceCommand = { type: 'FinishNamespaceDeletion', name: 'shop', uid: 'u1' };

const namespace = given(namespaceDecider);

describe('creating a namespace', () => {
  it('labels it with its name', () => {
    namespace().when(create).then([created]);
  });
  it('refuses a name that is taken', () => {
    namespace(created).when(create).thenRefused('already-exists');
  });
  it('refuses the name of one that is still being emptied', () => {
    namespace(created, deletionRequested).when(create).thenRefused('already-exists');
  });
  it('takes the name of one that is gone', () => {
    namespace(created, deletionRequested, deleted).when(create).then([created]);
  });
});

describe('changing the metadata of a namespace', () => {
  const change = (labels: Record<string, string>): NamespaceCommand => ({
    type: 'ChangeNamespaceMetadata',
    name: 'shop',
    labels,
    annotations: { note: 'first' },
  });

  it('replaces labels but keeps the one with the name', () => {
    namespace(created)
      .when(change({ tier: 'gold', [NAME_LABEL]: 'another' }))
      .then([
        {
          type: 'NamespaceMetadataChanged',
          data: { name: 'shop', labels: { tier: 'gold', [NAME_LABEL]: 'shop' }, annotations: { note: 'first' } },
        },
      ]);
  });
  it('says nothing when nothing changes', () => {
    namespace(created)
      .when(change({ team: 'web' }))
      .thenNothing();
  });
  it('refuses one that is not there', () => {
    namespace().when(change({})).thenRefused('not-found');
  });
});

describe('deleting a namespace', () => {
  it('begins with a request', () => {
    namespace(created).when(requestDeletion).then([deletionRequested]);
  });
  it('is requested once', () => {
    namespace(created, deletionRequested).when(requestDeletion).thenNothing();
  });
  it('refuses one that is not there', () => {
    namespace().when(requestDeletion).thenRefused('not-found');
  });
  it('refuses another one of the same name', () => {
    namespace(created)
      .when({ ...requestDeletion, uid: 'u0' })
      .thenRefused('conflict');
  });

  it('ends when it is empty', () => {
    namespace(created, deletionRequested).when(finishDeletion).then([deleted]);
  });
  it('does not end before it was requested', () => {
    namespace(created).when(finishDeletion).thenRefused('conflict');
  });
  it('ends once', () => {
    namespace(created, deletionRequested, deleted).when(finishDeletion).thenNothing();
  });
  it('does not touch a namespace that was created since', () => {
    namespace(created, deletionRequested, deleted, {
      ...created,
      data: { ...created.data, uid: 'u2' },
    })
      .when(finishDeletion)
      .thenNothing();
  });
});
