import { viewOf, type KubeObject, type ObjectView } from '#lib/kube-api';

/** An object as the write left it that took away the last of its finalizers, and so let it go. */
export function lastView(before: KubeObject, { metadata }: KubeObject, version: number): ObjectView {
  const { finalizers: _finalizers, labels: _labels, annotations: _annotations, ...identity } = before.metadata;
  const { labels, annotations } = metadata;
  return viewOf({
    ...before,
    metadata: {
      ...identity,
      resourceVersion: `${version}`,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  });
}
