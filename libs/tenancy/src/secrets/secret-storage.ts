import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EventStore } from '#lib/event-store';
import {
  alreadyExists,
  dns1123Subdomain,
  kubernetesTime,
  notFound,
  viewOf,
  type DeleteOptions,
  type Deleted,
  type Desired,
  type KubeObject,
  type ListRequest,
  type ListResult,
  type ObjectKey,
  type ObjectView,
  type RequestContext,
  type ResourceStorage,
  type WriteOptions,
  type Written,
} from '#lib/kube-api';
import type { ReadModel } from '#lib/read-model';
import { assertNamespaceActive } from '../namespaces/assert-namespace-active.js';
import { assertPreconditions, newObject, updatedObject, type WritableResource } from '../object-writes.js';
import { selectedPages } from '../selected-pages.js';
import type { SecretObject, SecretType, SubmittedSecret } from './secret.js';
import { dataOf, secretFaults, secretUpdateFaults, typeOf } from './secret-rules.js';
import type { SecretStore } from './secret-store.js';

export interface SecretStorageDeps {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly secrets: SecretStore;
  readonly clock?: () => Date;
}

const RESOURCE: WritableResource = {
  group: '',
  resource: 'secrets',
  kind: 'Secret',
  namespaced: true,
  nameRule: dns1123Subdomain,
};

/** `secrets` of the core API. */
export class SecretStorage implements ResourceStorage {
  constructor(private readonly deps: SecretStorageDeps) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    return viewOf(await this.found(namespace, name));
  }

  async list(_context: RequestContext, request: ListRequest): Promise<ListResult> {
    const { secrets } = this.deps;
    return selectedPages(
      await secrets.resourceVersion(),
      request,
      async (after, limit) => (await secrets.list(request.namespace, limit, after)).map((secret) => viewOf(secret)),
      ({ namespace = '', name }) => [namespace, name],
    );
  }

  async create(
    _context: RequestContext,
    key: Partial<ObjectKey>,
    body: KubeObject,
    { dryRun }: WriteOptions,
  ): Promise<ObjectView> {
    const sent = newObject<SubmittedSecret>(RESOURCE, key, body, secretFaults);
    const { name, namespace = '' } = sent.metadata;
    await this.deps.readModel.waitFor(await this.deps.store.lastPosition());
    await assertNamespaceActive(this.deps.readModel, namespace, { resource: RESOURCE, name });
    const creationTimestamp = kubernetesTime(this.deps.clock?.() ?? new Date());
    const secret = stored(sent, { name, namespace, uid: randomUUID(), creationTimestamp });
    if (dryRun) {
      if ((await this.deps.secrets.get(namespace, name)) !== undefined) throw alreadyExists(RESOURCE, name);
      return viewOf(secret);
    }
    const document = await this.deps.readModel.namespace(namespace);
    if (document !== undefined) await this.deps.secrets.local?.adopt(namespace, document.namespace.uid);
    const written = await this.deps.secrets.write(namespace, name, (current) => {
      if (current !== undefined) throw alreadyExists(RESOURCE, name);
      return secret;
    });
    return viewOf(written ?? secret);
  }

  async update(
    _context: RequestContext,
    { namespace = '', name }: ObjectKey,
    desired: Desired,
    { dryRun }: WriteOptions,
  ): Promise<Written> {
    const change = (current: SecretObject | undefined): SecretObject => {
      if (current === undefined) throw notFound(RESOURCE, name);
      return updated(current, desired);
    };
    if (dryRun) return { view: viewOf(change(await this.deps.secrets.get(namespace, name))), created: false };
    const written = await this.deps.secrets.write(namespace, name, (current) => {
      const next = change(current);
      return isDeepStrictEqual(next, current) ? 'unchanged' : next;
    });
    if (written === undefined) throw notFound(RESOURCE, name);
    return { view: viewOf(written), created: false };
  }

  async delete(
    _context: RequestContext,
    { namespace = '', name }: ObjectKey,
    { dryRun, preconditions }: DeleteOptions,
  ): Promise<Deleted> {
    let uid = '';
    const remove = (current: SecretObject | undefined): undefined => {
      if (current === undefined) throw notFound(RESOURCE, name);
      assertPreconditions(RESOURCE, current, preconditions);
      uid = current.metadata.uid ?? '';
      return undefined;
    };
    if (dryRun) remove(await this.deps.secrets.get(namespace, name));
    else await this.deps.secrets.write(namespace, name, remove);
    return { uid };
  }

  private async found(namespace: string, name: string): Promise<SecretObject> {
    const secret = await this.deps.secrets.get(namespace, name);
    if (secret === undefined) throw notFound(RESOURCE, name);
    return secret;
  }
}

function updated(current: SecretObject, desired: Desired): SecretObject {
  const sent = updatedObject<SubmittedSecret>(RESOURCE, current, desired(current), (wanted) =>
    secretUpdateFaults(wanted, current),
  );
  const { name, namespace, uid, creationTimestamp, resourceVersion } = current.metadata;
  return stored(sent, {
    name,
    namespace,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp == null ? {} : { creationTimestamp }),
  });
}

/** What is kept of a secret that was sent: its plain text is encoded, what nothing is done with is dropped. */
function stored(sent: SubmittedSecret, identity: SecretObject['metadata']): SecretObject {
  const { labels = {}, annotations = {}, ownerReferences = [], managedFields = [] } = sent.metadata;
  const data = dataOf(sent);
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: {
      ...identity,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
      ...(managedFields.length === 0 ? {} : { managedFields }),
    },
    ...(Object.keys(data).length === 0 ? {} : { data }),
    ...(sent.immutable === undefined ? {} : { immutable: sent.immutable }),
    // Validated by now.
    type: typeOf(sent) as SecretType,
  };
}
