import type { ListRequest, ListResult, RequestContext } from '#lib/kube-api';

/** The pull secrets of a namespace, as core/v1 Secrets. */
export type ListPullSecrets = (request: ListRequest) => Promise<ListResult> | ListResult;

/**
 * `imagestreams/secrets`: the credentials that an import into the namespace may use. The name of the stream does not
 * matter, and need not be that of one.
 */
export class PullSecretsStorage {
  constructor(private readonly pullSecrets: ListPullSecrets) {}

  async list(_context: RequestContext, request: ListRequest): Promise<ListResult> {
    return this.pullSecrets(request);
  }
}
