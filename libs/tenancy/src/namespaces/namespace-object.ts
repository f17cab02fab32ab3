import type { NamespaceState, Position } from '#lib/events';
import { viewOf, type KubeObject, type ObjectView } from '#lib/kube-api';

/** A Namespace, or a Project, which is the same thing under another name. */
export interface NamespaceObject extends KubeObject {
  readonly spec: { readonly finalizers: readonly string[] };
  readonly status: { readonly phase: NamespacePhase };
}

export type NamespacePhase = 'Active' | 'Terminating';

/** The two ways in which a namespace is shown. */
export interface NamespaceLooks {
  readonly kind: 'Namespace' | 'Project';
  readonly apiVersion: string;
}

export const AS_NAMESPACE: NamespaceLooks = { kind: 'Namespace', apiVersion: 'v1' };
export const AS_PROJECT: NamespaceLooks = { kind: 'Project', apiVersion: 'project.openshift.io/v1' };

export const phaseOf = ({ deletionTimestamp }: NamespaceState): NamespacePhase =>
  deletionTimestamp === undefined ? 'Active' : 'Terminating';

/** A namespace as an API object, as of a position of the log; 0 for one that is not in the log. */
export function namespaceView(
  { kind, apiVersion }: NamespaceLooks,
  namespace: NamespaceState,
  version: Position,
): ObjectView<NamespaceObject> {
  const { name, uid, creationTimestamp, deletionTimestamp, labels, annotations, managedFields } = namespace;
  return viewOf({
    kind,
    apiVersion,
    metadata: {
      name,
      uid,
      ...(version === 0 ? {} : { resourceVersion: `${version}` }),
      creationTimestamp,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(managedFields === undefined ? {} : { managedFields }),
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: phaseOf(namespace) },
  });
}
