import { Refusal, type EventStore } from '#lib/event-store';
import type { DeclaredKind, EventContext, Position } from '#lib/events';
import type { ReadModel } from '#lib/read-model';
import type { IsMeant, NamespaceContents } from '../namespaces/namespace-contents.js';
import type { DeclaredCommand } from './declared-decider.js';
import type { DeclaredService } from './declared-service.js';

export interface DeclaredContentsDeps {
  readonly store: EventStore;
  readonly readModel: Pick<ReadModel, 'waitFor' | 'declaredList'>;
  readonly service: DeclaredService;
}

type NamespacedKind = Exclude<DeclaredKind, 'clusterRole' | 'clusterRoleBinding' | 'group'>;

const PAGE = 500;

const DELETIONS = {
  role: 'DeleteRole',
  roleBinding: 'DeleteRoleBinding',
  limitRange: 'DeleteLimitRange',
  resourceQuota: 'DeleteResourceQuota',
  serviceAccount: 'DeleteServiceAccount',
} as const satisfies Record<NamespacedKind, DeclaredCommand['type']>;

/** What was declared for a namespace, and goes with it, kind by kind. */
export class DeclaredContents implements NamespaceContents {
  constructor(
    private readonly deps: DeclaredContentsDeps,
    private readonly kinds: readonly NamespacedKind[],
  ) {}

  async deleteAll(namespace: string, context: EventContext, isMeant: IsMeant): Promise<number> {
    const { store, readModel } = this.deps;
    await readModel.waitFor(await store.lastPosition());
    let deleted = 0;
    for (const kind of this.kinds) deleted += await this.deleteKind(kind, namespace, context, isMeant);
    return deleted;
  }

  private async deleteKind(
    kind: NamespacedKind,
    namespace: string,
    context: EventContext,
    isMeant: IsMeant,
  ): Promise<number> {
    const { store, readModel, service } = this.deps;
    const type = DELETIONS[kind];
    for (let deleted = 0; ;) {
      const page = await readModel.declaredList(kind, namespace, { limit: PAGE });
      if (page.length === 0 || !(await isMeant())) return deleted;
      let last = 0;
      for (const { object } of page) {
        const { name, uid } = object;
        last = await unlessDecided(service.handle({ kind, namespace, name }, { type, name, uid }, context));
        deleted++;
      }
      await readModel.waitFor(last || (await store.lastPosition()));
    }
  }
}

/** Somebody else may have created or deleted the same meanwhile: then that is settled. */
export async function unlessDecided(handled: Promise<{ readonly version: Position }>): Promise<Position> {
  try {
    return (await handled).version;
  } catch (error) {
    if (error instanceof Refusal) return 0;
    throw error;
  }
}
