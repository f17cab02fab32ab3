import { viewOf, type ObjectKey, type ObjectView, type RequestContext } from '#lib/kube-api';

/** The pull secrets of a namespace, as core/v1 Secret objects without kind and version. */
export type PullSecretsOf = (namespace: string) => readonly object[];

/**
 * `imagestreams/secrets`: the credentials that an import into the namespace may use. The name of the stream does not
 * matter, and need not be that of one.
 */
export class PullSecretsStorage {
  constructor(private readonly secretsOf: PullSecretsOf) {}

  async get(_context: RequestContext, { namespace = '', name }: ObjectKey): Promise<ObjectView> {
    const items = this.secretsOf(namespace);
    const list = { kind: 'SecretList', apiVersion: 'image.openshift.io/v1', metadata: {}, items };
    return { ...viewOf({ ...list, metadata: { name } }), json: () => JSON.stringify(list) };
  }
}
