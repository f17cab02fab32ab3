import { isDeepStrictEqual } from 'node:util';
import { Refusal, type Decider } from '#lib/event-store';
import { foldNamespace, type NamespaceEvent, type NamespaceState } from '#lib/events';
import type {
  ChangeNamespaceMetadata,
  CreateNamespace,
  FinishNamespaceDeletion,
  NamespaceCommand,
  RequestNamespaceDeletion,
} from './namespace-commands.js';

/** `undefined`: there is no such namespace. */
export type Namespace = NamespaceState | undefined;

/** A namespace as a decider. */
export const namespaceDecider: Decider<Namespace, NamespaceCommand, NamespaceEvent> = {
  initialState: undefined,
  evolve: foldNamespace,
  decide: (command, namespace) => {
    switch (command.type) {
      case 'CreateNamespace':
        return create(command, namespace);
      case 'ChangeNamespaceMetadata':
        return changeMetadata(command, namespace);
      case 'RequestNamespaceDeletion':
        return requestDeletion(command, namespace);
      case 'FinishNamespaceDeletion':
        return finishDeletion(command, namespace);
    }
  },
};

/** Carries the namespace's own name, so that label selectors can pick namespaces by name. Clients cannot change it. */
export const NAME_LABEL = 'kubernetes.io/metadata.name';

function create(command: CreateNamespace, namespace: Namespace): NamespaceEvent[] {
  const { name, uid, now, labels, annotations, managedFields, requester } = command;
  if (namespace !== undefined) {
    throw new Refusal('already-exists', name, `namespace "${name}" already exists`);
  }
  const creationTimestamp = wholeSeconds(now);
  const data = {
    ...{ name, uid, creationTimestamp, labels: { ...labels, [NAME_LABEL]: name }, annotations },
    ...(managedFields === undefined ? {} : { managedFields }),
    ...(requester === undefined ? {} : { requester }),
  };
  return [{ type: 'NamespaceCreated', data }];
}

function changeMetadata(command: ChangeNamespaceMetadata, namespace: Namespace): NamespaceEvent[] {
  const { name, annotations, managedFields } = command;
  const before = existing(namespace, name);
  const labels = { ...command.labels, [NAME_LABEL]: name };
  const isUnchanged = isDeepStrictEqual(
    [labels, annotations, managedFields],
    [before.labels, before.annotations, before.managedFields],
  );
  if (isUnchanged) return [];
  const owners = managedFields === undefined ? {} : { managedFields };
  return [{ type: 'NamespaceMetadataChanged', data: { name, labels, annotations, ...owners } }];
}

function requestDeletion({ name, uid, now }: RequestNamespaceDeletion, namespace: Namespace): NamespaceEvent[] {
  const before = existing(namespace, name);
  if (uid !== undefined && uid !== before.uid) {
    throw new Refusal(
      'conflict',
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.uid}`,
    );
  }
  if (before.deletionTimestamp !== undefined) return [];
  const data = { name, uid: before.uid, deletionTimestamp: wholeSeconds(now) };
  return [{ type: 'NamespaceDeletionRequested', data }];
}

function finishDeletion({ name, uid }: FinishNamespaceDeletion, namespace: Namespace): NamespaceEvent[] {
  // Gone already, or created again since: either way this deletion is over.
  if (namespace?.uid !== uid) return [];
  if (namespace.deletionTimestamp === undefined) {
    throw new Refusal('conflict', name, `nobody has asked to delete namespace "${name}"`);
  }
  return [{ type: 'NamespaceDeleted', data: { name, uid } }];
}

function existing(namespace: Namespace, name: string): NamespaceState {
  if (namespace === undefined) throw new Refusal('not-found', name, `namespace "${name}" not found`);
  return namespace;
}

/** Kubernetes keeps its times in whole seconds. */
const wholeSeconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
