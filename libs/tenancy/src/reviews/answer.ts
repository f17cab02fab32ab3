import type { KubeObject, ObjectView } from '#lib/kube-api';

interface Answer {
  readonly kind: string;
  readonly apiVersion: string;
}

/** The answer to a question: an object that is not kept, and so has neither a name nor a version. */
export function answer(given: Answer & { readonly metadata?: Partial<KubeObject['metadata']> }): ObjectView {
  return {
    name: '',
    resourceVersion: '',
    labels: {},
    json: () => JSON.stringify(given),
    object: () => ({ ...given, metadata: { ...given.metadata, name: given.metadata?.name ?? '' } }),
  };
}
