import { KubeRefusedError, type KubeClient } from './kube-client.js';

/** A secret of a Kubernetes API server, as it is there. */
export interface DelegatedSecret<Type extends string = string> {
  readonly kind: 'Secret';
  readonly apiVersion: 'v1';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly type: Type;
  readonly data?: Readonly<Record<string, string>>;
}

const LIMIT = 500;

/** The secrets with credentials of registries that a Kubernetes API server lets Tagline see. They are not kept. */
export class DelegatedSecrets {
  constructor(private readonly client: Pick<KubeClient, 'get'>) {}

  /**
   * @param types - of the secrets that are wanted.
   * @returns none where Tagline may not see those of the namespace.
   * @throws KubeUnavailableError, KubeRefusedError.
   */
  async of<Type extends string>(namespace: string, types: readonly Type[]): Promise<readonly DelegatedSecret<Type>[]> {
    const lists = await Promise.all(types.map((type) => this.ofType(namespace, type)));
    return lists.flat().sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  private async ofType<Type extends string>(namespace: string, type: Type): Promise<readonly DelegatedSecret<Type>[]> {
    const query = new URLSearchParams({ fieldSelector: `type=${type}`, limit: `${LIMIT}` });
    try {
      const { items } = await this.client.get(
        `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets?${query.toString()}`,
      );
      const found = Array.isArray(items) ? (items as readonly DelegatedSecret<Type>[]) : [];
      return found
        .filter((secret) => secret.type === type && typeof secret.metadata?.name === 'string')
        .map(({ metadata, ...secret }) => ({
          ...secret,
          kind: 'Secret',
          apiVersion: 'v1',
          metadata: { ...metadata, namespace },
        }));
    } catch (error) {
      if (error instanceof KubeRefusedError && error.code === 403) return [];
      throw error;
    }
  }
}
