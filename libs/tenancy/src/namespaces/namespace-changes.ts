import type { Change } from '#lib/kube-api';
import type { SubjectChange } from '#lib/read-model';
import { namespaceView, type NamespaceLooks } from './namespace-object.js';

/** What a watcher of namespaces sees of a change; nothing where there was no namespace before or after it. */
export function namespaceChange(looks: NamespaceLooks, { before, after, position }: SubjectChange): Change | undefined {
  if (before.kind !== 'namespace' || after.kind !== 'namespace') return undefined;
  const previous = before.namespace && namespaceView(looks, before.namespace, before.version);
  if (after.namespace !== undefined) {
    const view = namespaceView(looks, after.namespace, after.version);
    return previous === undefined ? { type: 'ADDED', view } : { type: 'MODIFIED', view, previous };
  }
  if (before.namespace === undefined || previous === undefined) return undefined;
  // The last that is seen of it carries the position at which it went.
  return { type: 'DELETED', view: namespaceView(looks, before.namespace, position), previous };
}
