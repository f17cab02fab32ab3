import { AnswerCache } from './answer-cache.js';
import { KubeRefusedError, type KubeClient } from './kube-client.js';

export type NamespacePhase = 'Active' | 'Terminating';

/** How long a namespace is taken to be as it was, in milliseconds. */
const REMEMBER_MS = 5_000;

/** The namespaces of a Kubernetes API server. */
export class DelegatedNamespaces {
  private readonly phases: AnswerCache<NamespacePhase | undefined>;

  constructor(
    private readonly client: Pick<KubeClient, 'get'>,
    maxCached: number,
  ) {
    // That a namespace is not there is not remembered: it may be what its creator asks for next.
    this.phases = new AnswerCache(maxCached, (phase) => (phase === 'Active' ? REMEMBER_MS : 0));
  }

  /**
   * @returns nothing where there is no such namespace.
   * @throws KubeUnavailableError, KubeRefusedError.
   */
  phaseOf(namespace: string): Promise<NamespacePhase | undefined> {
    return this.phases.get(namespace, () => this.ask(namespace));
  }

  private async ask(namespace: string): Promise<NamespacePhase | undefined> {
    try {
      const { metadata } = await this.client.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`);
      const { deletionTimestamp } = (metadata ?? {}) as { readonly deletionTimestamp?: unknown };
      return typeof deletionTimestamp === 'string' ? 'Terminating' : 'Active';
    } catch (error) {
      if (error instanceof KubeRefusedError && error.code === 404) return undefined;
      throw error;
    }
  }
}
