import type { EventStore, Loaded, Precondition } from '#lib/event-store';
import type { ServiceAccountState } from '#lib/events';
import {
  deleteEach,
  dns1123Subdomain,
  notFound,
  viewOf,
  type Change,
  type ChangeBatch,
  type Deleted,
  type DeleteOptions,
  type Desired,
  type KubeObject,
  type ListRequest,
  type ListResult,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceStorage,
  type Scope,
  type WriteOptions,
  type Written,
} from '#lib/kube-api';
import type { ChangeFeed, ReadModel, SubjectChange } from '#lib/read-model';
import { eventContext } from '../event-context.js';
import { assertNamespaceActive } from '../namespaces/assert-namespace-active.js';
import { assertPreconditions, newObject, updatedObject, type WritableResource } from '../object-writes.js';
import { userMetadata } from '../declared/user-metadata.js';
import { asStatus } from '../refusal-status.js';
import { selectedPages } from '../selected-pages.js';
import { untilCurrent } from '../write-loop.js';
import type { ServiceAccountCommand } from './service-account-commands.js';
import { contentOf, serviceAccountObject, type ServiceAccountObject } from './service-account-object.js';
import type { ServiceAccountPlace, ServiceAccountService } from './service-account-service.js';

export interface ServiceAccountStorageDeps {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly changes: Pick<ChangeFeed, 'after'>;
  readonly service: ServiceAccountService;
}

export const SERVICE_ACCOUNTS: WritableResource = {
  group: '',
  resource: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
  nameRule: dns1123Subdomain,
};

type Present = Loaded<ServiceAccountState>;

/** `serviceaccounts` of the core API. */
export class ServiceAccountStorage implements ResourceStorage {
  constructor(private readonly deps: ServiceAccountStorageDeps) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    await this.freshen();
    const found = await this.deps.readModel.serviceAccount(namespace, name);
    if (found === undefined) throw notFound(SERVICE_ACCOUNTS, name);
    return viewOf(serviceAccountObject(found));
  }

  async list(_context: RequestContext, request: ListRequest): Promise<ListResult> {
    await this.freshen();
    const { readModel } = this.deps;
    return selectedPages(
      `${readModel.position}`,
      request,
      async (after, limit) => {
        const page = await readModel.serviceAccounts(request.namespace, { limit, ...(after && { after }) });
        return page.map((document) => viewOf(serviceAccountObject(document)));
      },
      ({ namespace = '', name }) => [namespace, name],
    );
  }

  async *watch(context: RequestContext, { namespace, selects }: Scope, after: number): AsyncIterable<ChangeBatch> {
    for await (const { position, changes } of this.deps.changes.after(after, context.signal)) {
      const seen = changes
        .map(changeOf)
        .filter((change) => change !== undefined)
        .filter(({ view }) => namespace === undefined || view.namespace === namespace)
        .filter(({ view }) => selects?.name === undefined || selects.name === view.name);
      yield { resourceVersion: `${position}`, changes: seen };
    }
  }

  async create(
    context: RequestContext,
    key: Partial<ObjectKey>,
    sent: KubeObject,
    options: WriteOptions,
  ): Promise<ObjectView> {
    const object = newObject(SERVICE_ACCOUNTS, key, sent as ServiceAccountObject);
    const { name, namespace = '' } = object.metadata;
    await assertNamespaceActive(this.deps.readModel, namespace, { resource: SERVICE_ACCOUNTS, name });
    const content = { metadata: userMetadata(object.metadata), content: contentOf(object) };
    const command = {
      type: 'CreateServiceAccount' as const,
      ...{ namespace, name },
      ...this.deps.service.birth(),
      ...content,
    };
    return this.write(context, { namespace, name }, command, options, object);
  }

  async update(context: RequestContext, key: ObjectKey, desired: Desired, options: WriteOptions): Promise<Written> {
    const { name } = key;
    const place = placeOf(key);
    const view = await untilCurrent(SERVICE_ACCOUNTS, name, async () => {
      const { state, version } = await this.load(place);
      const before = serviceAccountObject({ account: state, version });
      const object = updatedObject(SERVICE_ACCOUNTS, before, desired(before) as ServiceAccountObject);
      const content = { metadata: userMetadata(object.metadata), content: contentOf(object) };
      const command = { type: 'ChangeServiceAccount' as const, name, ...content };
      return this.write(context, place, command, options, object, { version });
    });
    return { view, created: false };
  }

  async delete(context: RequestContext, key: ObjectKey, options: DeleteOptions): Promise<Deleted> {
    const { name } = key;
    const place = placeOf(key);
    return untilCurrent(SERVICE_ACCOUNTS, name, async () => {
      const { state, version } = await this.load(place);
      const { uid } = state;
      assertPreconditions(SERVICE_ACCOUNTS, serviceAccountObject({ account: state, version }), options.preconditions);
      if (options.dryRun) return { uid };
      const precondition = options.preconditions?.resourceVersion === undefined ? {} : { version };
      await this.handle(context, place, { type: 'DeleteServiceAccount', name, uid }, {}, precondition);
      return { uid };
    });
  }

  deleteCollection(context: RequestContext, scope: Scope, options: DeleteOptions): Promise<ListResult> {
    return deleteEach(this, context, scope, options);
  }

  private async write(
    context: RequestContext,
    place: ServiceAccountPlace,
    command: ServiceAccountCommand,
    { dryRun }: WriteOptions,
    { metadata: { annotations = {} } }: KubeObject,
    precondition: Precondition = {},
  ): Promise<ObjectView> {
    const { state, version } = dryRun
      ? await asStatus(SERVICE_ACCOUNTS, () => this.deps.service.preview(place, command))
      : await this.handle(context, place, command, annotations, precondition);
    if (state === undefined) throw new Error('what is written is there afterwards');
    return viewOf(serviceAccountObject({ account: state, version }));
  }

  private handle(
    context: RequestContext,
    place: ServiceAccountPlace,
    command: ServiceAccountCommand,
    annotations: Readonly<Record<string, string>>,
    precondition: Precondition,
  ): Promise<Loaded<ServiceAccountState | undefined>> {
    return asStatus(SERVICE_ACCOUNTS, async () => {
      const { service, readModel } = this.deps;
      const handled = await service.handle(place, command, eventContext(context, annotations), precondition);
      await readModel.waitFor(handled.version);
      return handled;
    });
  }

  private async load(place: ServiceAccountPlace): Promise<Present> {
    const loaded = await this.deps.service.load(place);
    if (loaded.state === undefined) throw notFound(SERVICE_ACCOUNTS, place.name);
    return { ...loaded, state: loaded.state };
  }

  /** A read is as fresh as the log. */
  private async freshen(): Promise<void> {
    await this.deps.readModel.waitFor(await this.deps.store.lastPosition());
  }
}

const placeOf = ({ namespace = '', name }: ObjectKey): ServiceAccountPlace => ({ namespace, name });

function changeOf({ before, after, position }: SubjectChange): Change | undefined {
  if (before.kind !== 'serviceAccount' || after.kind !== 'serviceAccount') return undefined;
  const was = before.account;
  const previous = was && viewOf(serviceAccountObject({ account: was, version: before.version }));
  if (after.account !== undefined) {
    const view = viewOf(serviceAccountObject({ account: after.account, version: after.version }));
    return previous === undefined ? { type: 'ADDED', view } : { type: 'MODIFIED', view, previous };
  }
  if (was === undefined || previous === undefined) return undefined;
  // The last that is seen of it carries the position at which it went.
  return { type: 'DELETED', view: viewOf(serviceAccountObject({ account: was, version: position })), previous };
}
