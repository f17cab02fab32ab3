import type { EventStore } from '#lib/event-store';
import { parseStreamName, type RecordedEvent } from '#lib/events';
import { DeclaredFollower, RBAC_KINDS, type RbacKind, type ReadModel } from '#lib/read-model';
import { FormerNamespaces } from './former-namespaces.js';
import type { RbacIndex } from './rbac-index.js';

/** Keeps an index of roles and bindings as the log has them, and remembers who could see what is being deleted. */
export class RbacFollower extends DeclaredFollower<RbacKind> {
  /** Who could see namespaces that are no longer there. */
  readonly former: FormerNamespaces;

  constructor(
    index: RbacIndex,
    store: EventStore,
    readModel: Pick<ReadModel, 'position' | 'waitFor' | 'declaredList'>,
  ) {
    const former = new FormerNamespaces();
    super(RBAC_KINDS, index, store, readModel, (event) => takeNamespace(event, former, index));
    this.former = former;
  }
}

function takeNamespace({ type, stream }: RecordedEvent, former: FormerNamespaces, index: RbacIndex): void {
  if (type === 'NamespaceDeletionRequested') former.remember(parseStreamName(stream).id, index);
  if (type === 'NamespaceCreated') former.forget(parseStreamName(stream).id);
}
