import { viewOf, type ListRequest, type ListResult } from '#lib/kube-api';
import { selectedPages } from '../selected-pages.js';
import { isPullSecretType, PULL_SECRET_KEYS, type SecretObject } from './secret.js';
import type { SecretStore } from './secret-store.js';

/** Set to "true" on a secret, no import uses it. */
export const EXCLUDE_SECRET = 'openshift.io/image.excludeSecret';

/** A secret with credentials of registries. */
export interface PullSecret {
  readonly secret: SecretObject;
  readonly format: 'dockercfg' | 'dockerconfigjson';
  /** The Docker configuration, as text. Not to be logged. */
  readonly config: string;
}

const PAGE = 500;

/** The secrets of a namespace that its imports may use, sorted by name. */
export async function pullSecrets(store: SecretStore, namespace: string): Promise<readonly PullSecret[]> {
  const found: PullSecret[] = [];
  for (let after: readonly string[] | undefined; ;) {
    const page = await store.list(namespace, PAGE, after);
    found.push(...page.flatMap(pullSecretOf));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    after = [namespace, last.metadata.name];
  }
}

/** The same as a list by the options of a request. A limit counts pull secrets, and nothing else. */
export async function listPullSecrets(store: SecretStore, request: ListRequest): Promise<ListResult> {
  return selectedPages(
    await store.resourceVersion(),
    request,
    async (after, limit) => (await store.list(request.namespace, limit, after)).map((secret) => viewOf(secret)),
    ({ namespace = '', name }) => [namespace, name],
    async (view) => pullSecretOf(view.object() as SecretObject).length > 0,
  );
}

/** @returns nothing for a secret that imports may not use. */
export function pullSecretOf(secret: SecretObject): readonly PullSecret[] {
  const { type, data, metadata } = secret;
  if (!isPullSecretType(type) || metadata.annotations?.[EXCLUDE_SECRET] === 'true') return [];
  const config = Buffer.from(data?.[PULL_SECRET_KEYS[type]] ?? '', 'base64').toString('utf8');
  return [{ secret, format: type === 'kubernetes.io/dockercfg' ? 'dockercfg' : 'dockerconfigjson', config }];
}
