import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AUTHENTICATED,
  builtinDocuments,
  GroupFollower,
  GroupIndex,
  MASTERS,
  RBAC_GROUP,
  RbacAuthorizer,
  RbacFollower,
  RbacIndex,
  TokenIssuer,
  TokenReviewer,
} from '#lib/access';
import { InMemoryEventStore, type EventStore } from '#lib/event-store';
import { DECLARED_KINDS, type RoleRule } from '#lib/events';
import type { KubeObject, ListResult, RequestContext, RequestUser, ResourceStorage } from '#lib/kube-api';
import {
  ChangeFeed,
  EmbeddedReadModel,
  LocalReadModel,
  Projector,
  projections,
  LIMIT_KINDS,
  readModelShape,
} from '#lib/read-model';
import { DeclaredContents } from '../declared/declared-contents.js';
import { LimitIndex } from '../limits/limit-index.js';
import { LimitFollower } from '../limits/limits.module.js';
import { NamespaceFinalizer } from '../namespaces/namespace-finalizer.js';
import type { NamespaceContents } from '../namespaces/namespace-contents.js';
import { NamespaceService } from '../namespaces/namespace-service.js';
import { NamespaceBindings } from '../rbac/namespace-bindings.js';
import { DeclaredService } from '../declared/declared-service.js';
import { SecretContents } from '../secrets/secret-contents.js';
import { EmbeddedSecretStore } from '../secrets/embedded-secret-store.js';
import { tenancyResources } from '../tenancy-resources.js';

const OPTIONS = { historyWindow: 10 };

/** A new data directory, and how to get rid of it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tenancy-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** All of tenancy over a store in memory, and real files for the read model and the secrets. */
export async function tenancyFixture(rules: readonly (readonly [group: string, rules: readonly RoleRule[]])[] = []) {
  const folder = await temporaryFolder();
  const store: EventStore = new InMemoryEventStore();
  const stored = EmbeddedReadModel.open(join(folder.path, 'read-model.lmdb'), readModelShape(OPTIONS));
  const projector = new Projector(store, stored, projections(OPTIONS));
  await projector.start();
  const readModel = new LocalReadModel(stored, projector);
  const changes = new ChangeFeed(store, new Set(['namespace']));
  const secrets = await EmbeddedSecretStore.open(folder.path);
  const namespaces = new NamespaceService(store);
  const index = new RbacIndex(builtinDocuments({ selfProvisioning: true }));
  for (const [group, granted] of rules) grantTo(index, group, granted);
  const follower = new RbacFollower(index, store, readModel);
  await follower.start();
  const authorizer = new RbacAuthorizer(index);
  const service = new DeclaredService(store);
  const bindings = new NamespaceBindings({ store, readModel, service, index, follower });
  const groupIndex = new GroupIndex();
  const groupFollower = new GroupFollower(groupIndex, store, readModel);
  await groupFollower.start();
  const declared = { service, changes: new ChangeFeed(store, new Set(DECLARED_KINDS)) };
  const rbac = { index, follower, builtin: index.builtin() };
  const limitIndex = new LimitIndex();
  const limitFollower = new LimitFollower(limitIndex, store, readModel);
  await limitFollower.start();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = await TokenIssuer.open(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const tokenReviewer = new TokenReviewer({ authenticate: () => Promise.resolve('rejected') }, undefined, groupIndex);
  const resources = tenancyResources({
    ...{ store, readModel, changes, secrets, namespaces, authorizer, declared, rbac, tokenReviewer },
    limits: { follower: limitFollower },
    groups: { follower: groupFollower },
    tokens: { issuer, maxTokenLifetime: 86_400_000 },
  });

  return {
    store,
    readModel,
    secrets,
    namespaces,
    authorizer,
    index,
    follower,
    service,
    bindings,
    limitIndex,
    groupIndex,
    issuer,
    tokenReviewer,
    resources,
    storage: (group: string, resource: string): Required<ResourceStorage> => {
      const found = resources.find((candidate) => candidate.group === group && candidate.resource === resource);
      if (found === undefined) throw new Error(`there is no resource ${resource} in group "${group}"`);
      return found.storage as Required<ResourceStorage>;
    },
    finalizer: (contents: NamespaceContents, onFailure?: (namespace: string | undefined, error: unknown) => void) =>
      new NamespaceFinalizer({
        store,
        readModel,
        namespaces,
        contents: [
          contents,
          new SecretContents(secrets),
          new DeclaredContents({ store, readModel, service }, [...LIMIT_KINDS, 'serviceAccount']),
        ],
        secrets: secrets.local,
        retry: { first: 1, longest: 2 },
        ...(onFailure === undefined ? {} : { onFailure }),
      }),
    close: async () => {
      await follower.stop();
      await limitFollower.stop();
      await groupFollower.stop();
      await store.close();
      await projector.stop();
      await stored.close();
      await secrets.close();
      await folder.remove();
    },
  };
}

/** Gives a group rules in the whole cluster, without an event. */
function grantTo(index: RbacIndex, group: string, rules: readonly RoleRule[]): void {
  const metadata = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
  const born = { name: `test:${group}`, uid: '', creationTimestamp: '2026-01-01T00:00:00Z', metadata };
  index.put({ kind: 'clusterRole', object: { ...born, rules }, version: 1 });
  const roleRef = { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: born.name };
  const subjects = [{ kind: 'Group', apiGroup: RBAC_GROUP, name: group }];
  index.put({ kind: 'clusterRoleBinding', object: { ...born, roleRef, subjects }, version: 1 });
}

export type TenancyFixture = Awaited<ReturnType<typeof tenancyFixture>>;

export const ADMIN_USER: RequestUser = { name: 'root', uid: '', groups: [MASTERS, AUTHENTICATED], extra: {} };
export const DEVELOPER: RequestUser = { name: 'dev', uid: 'u-7', groups: ['web', AUTHENTICATED], extra: {} };

export const requestBy = (user: RequestUser, signal: AbortSignal = new AbortController().signal): RequestContext => ({
  user,
  requestId: 'r-1',
  signal,
  warn: () => undefined,
});

/** The names in a list. */
export async function namesIn({ items }: ListResult): Promise<string[]> {
  const names: string[] = [];
  for await (const views of items) names.push(...views.map(({ name }) => name));
  return names;
}

export const namespaceNamed = (name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  kind: 'Namespace',
  apiVersion: 'v1',
  metadata: { name, ...metadata },
});
