import { ApiError, forbidden, notFound, type GroupResource } from '#lib/kube-api';
import type { ReadModel } from '#lib/read-model';

const NAMESPACES: GroupResource = { group: '', resource: 'namespaces' };

/** What somebody wants to create in a namespace. */
export interface NewContent {
  readonly resource: GroupResource;
  readonly name: string;
}

/**
 * Nothing can be created in a namespace that is not there or that is being emptied.
 *
 * @param content - what the refusal is about; without it, it is about the namespace.
 * @throws ApiError 404 or 403, with the texts of Kubernetes' namespace admission.
 */
export async function assertNamespaceActive(
  readModel: Pick<ReadModel, 'namespace'>,
  namespace: string,
  content: NewContent = { resource: NAMESPACES, name: namespace },
): Promise<void> {
  const document = await readModel.namespace(namespace);
  const isTerminating = document?.namespace.deletionTimestamp !== undefined;
  assertPhaseActive(document && (isTerminating ? 'Terminating' : 'Active'), namespace, content);
}

/** @param phase - that of the namespace; `undefined` where it is not there. */
export function assertPhaseActive(
  phase: 'Active' | 'Terminating' | undefined,
  namespace: string,
  content: NewContent = { resource: NAMESPACES, name: namespace },
): void {
  if (phase === undefined) throw notFound(NAMESPACES, namespace);
  if (phase === 'Active') return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { reason, message, details } = forbidden(content.resource, content.name, why);
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new ApiError(reason, message, { ...details, causes: [cause] });
}
