import { AUTHENTICATED, RBAC_GROUP, type RbacFollower, type RbacIndex } from '#lib/access';
import type { EventStore } from '#lib/event-store';
import {
  streamName,
  type EventContext,
  type NamespaceState,
  type Position,
  type RoleRule,
  type RoleSubject,
} from '#lib/events';
import type { RbacKind, ReadModel } from '#lib/read-model';
import type { IsMeant, NamespaceContents } from '../namespaces/namespace-contents.js';
import type { NamespaceDefaults } from '../namespaces/namespace-defaults.js';
import { DeclaredContents, unlessDecided } from '../declared/declared-contents.js';
import type { DeclaredCommand } from '../declared/declared-decider.js';
import type { DeclaredPlace, DeclaredService } from '../declared/declared-service.js';
import { SYSTEM } from '../system-actor.js';

export interface NamespaceBindingsDeps {
  readonly store: EventStore;
  readonly readModel: Pick<ReadModel, 'waitFor' | 'namespaces' | 'declaredList'>;
  readonly service: DeclaredService;
  readonly index: Pick<RbacIndex, 'get'>;
  readonly follower: Pick<RbacFollower, 'waitFor'>;
}

const PAGE = 500;

/** The namespace whose streams are for everybody. */
const SHARED_NAMESPACE = 'openshift';

/** The bindings that every new namespace gets, and the roles and bindings that go with one that is deleted. */
export class NamespaceBindings implements NamespaceDefaults, NamespaceContents {
  constructor(private readonly deps: NamespaceBindingsDeps) {}

  /** Resolves when they count. What was there since the namespace was created, and was taken away, stays away. */
  async furnish(namespace: NamespaceState, context: EventContext): Promise<void> {
    const { readModel, follower } = this.deps;
    const created = await this.creationOf(namespace.name);
    const positions = await Promise.all(defaultsOf(namespace).map((each) => this.ensure(each, created, context)));
    const last = Math.max(...positions);
    await Promise.all([readModel.waitFor(last), follower.waitFor(last)]);
  }

  /** Makes up for namespaces that were created, and got no further. */
  async furnishAll(): Promise<void> {
    const { store, readModel, index } = this.deps;
    await readModel.waitFor(await store.lastPosition());
    for (let after: readonly string[] | undefined; ;) {
      const page = await readModel.namespaces({ limit: PAGE, ...(after && { after }) });
      for (const { namespace } of page) {
        const isBare = defaultsOf(namespace).some(
          ({ place: { kind, name } }) => index.get(kind, namespace.name, name) === undefined,
        );
        if (isBare && namespace.deletionTimestamp === undefined) await this.furnish(namespace, { actor: SYSTEM });
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = [last.namespace.name];
    }
  }

  deleteAll(namespace: string, context: EventContext, isMeant: IsMeant): Promise<number> {
    return new DeclaredContents(this.deps, ['roleBinding', 'role']).deleteAll(namespace, context, isMeant);
  }

  private async ensure(
    { place, command }: DefaultContent,
    namespaceCreated: Position,
    context: EventContext,
  ): Promise<Position> {
    const { service } = this.deps;
    const { state, version } = await service.load(place);
    if (state !== undefined || version > namespaceCreated) return 0;
    return unlessDecided(service.handle(place, command(service.birth()), context));
  }

  private async creationOf(namespace: string): Promise<Position> {
    for await (const event of this.deps.store.readStream(streamName.namespace(namespace), { direction: 'backward' })) {
      if (event.type === 'NamespaceCreated') return event.position;
    }
    return 0;
  }
}

interface DefaultContent {
  readonly place: DeclaredPlace<RbacKind>;
  readonly command: (birth: { readonly uid: string; readonly now: Date }) => DeclaredCommand;
}

function defaultsOf({ name: namespace, requester }: NamespaceState): readonly DefaultContent[] {
  const account = (name: string): RoleSubject => ({ kind: 'ServiceAccount', name, namespace });
  const named = (kind: 'User' | 'Group', name: string): RoleSubject => ({ kind, apiGroup: RBAC_GROUP, name });
  const give = (binding: string, role: string, subject: RoleSubject) =>
    bindingOf(namespace, binding, { kind: 'ClusterRole', name: role }, subject);
  return [
    give('system:image-pullers', 'system:image-puller', named('Group', `system:serviceaccounts:${namespace}`)),
    give('system:image-builders', 'system:image-builder', account('builder')),
    give('system:deployers', 'system:deployer', account('deployer')),
    ...(requester === undefined ? [] : [give('admin', 'admin', named('User', requester))]),
    ...(namespace === SHARED_NAMESPACE
      ? [
          roleOf(namespace, 'shared-resource-viewer', SHARED_RESOURCES),
          bindingOf(
            namespace,
            'shared-resource-viewers',
            { kind: 'Role', name: 'shared-resource-viewer' },
            named('Group', AUTHENTICATED),
          ),
        ]
      : []),
  ];
}

const IMAGES = ['image.openshift.io', ''];

const SHARED_RESOURCES: readonly RoleRule[] = [
  {
    verbs: ['get', 'list', 'watch'],
    apiGroups: IMAGES,
    resources: ['imagestreams', 'imagestreamtags', 'imagetags', 'imagestreamimages'],
  },
  { verbs: ['get'], apiGroups: IMAGES, resources: ['imagestreams/layers'] },
];

const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };

function roleOf(namespace: string, name: string, rules: readonly RoleRule[]): DefaultContent {
  return {
    place: { kind: 'role', namespace, name },
    command: (birth) => ({ type: 'CreateRole', namespace, name, ...birth, metadata, rules }),
  };
}

function bindingOf(
  namespace: string,
  name: string,
  role: { readonly kind: string; readonly name: string },
  subject: RoleSubject,
): DefaultContent {
  const roleRef = { apiGroup: RBAC_GROUP, ...role };
  return {
    place: { kind: 'roleBinding', namespace, name },
    command: (birth) => ({
      type: 'CreateRoleBinding',
      namespace,
      name,
      ...birth,
      metadata,
      roleRef,
      subjects: [subject],
    }),
  };
}
