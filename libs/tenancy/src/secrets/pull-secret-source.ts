import type { DelegatedSecrets } from '#lib/access';
import { viewOf, type ListRequest, type ListResult } from '#lib/kube-api';
import { selectedPages } from '../selected-pages.js';
import { listPullSecrets, pullSecretOf, pullSecrets, type PullSecret } from './pull-secrets.js';
import type { SecretStore } from './secret-store.js';

/** The secrets of a namespace that its imports may use, sorted by name. */
export interface PullSecretSource {
  of(namespace: string): Promise<readonly PullSecret[]>;
  /** The same as a list by the options of a request. */
  list(request: ListRequest): Promise<ListResult>;
}

/** Nest token of the {@link PullSecretSource}. */
export const PULL_SECRET_SOURCE = Symbol('PullSecretSource');

/** From the secrets that Tagline keeps itself. */
export const ownPullSecrets = (store: SecretStore): PullSecretSource => ({
  of: (namespace) => pullSecrets(store, namespace),
  list: (request) => listPullSecrets(store, request),
});

const TYPES = ['kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson'] as const;
/** There is no version of a list that is put together from several. */
const NO_VERSION = '0';

/** From those of a Kubernetes API server. Where they cannot be had, there are none: imports go without credentials. */
export function delegatedPullSecrets(
  secrets: Pick<DelegatedSecrets, 'of'>,
  onUnavailable: (error: unknown) => void,
): PullSecretSource {
  const of = async (namespace: string): Promise<readonly PullSecret[]> => {
    try {
      return (await secrets.of(namespace, TYPES)).flatMap(pullSecretOf);
    } catch (error) {
      onUnavailable(error);
      return [];
    }
  };
  return {
    of,
    list: async (request) => {
      const found = (await of(request.namespace ?? '')).map(({ secret }) => viewOf(secret));
      return selectedPages(
        NO_VERSION,
        request,
        async (after, limit) =>
          found.filter(({ name }) => after === undefined || name > (after[1] ?? '')).slice(0, limit),
        ({ namespace = '', name }) => [namespace, name],
      );
    },
  };
}
