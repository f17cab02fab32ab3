import type { DeclaredBirth } from '#lib/events';
import type { ObjectMeta } from '#lib/kube-api';

/** Shown for what is not in the log: a version that every server has passed. */
const OLDEST_VERSION = 1;

/** The metadata of something declared, as its API object shows them. */
export function declaredMetadata(state: DeclaredBirth, version: number): ObjectMeta {
  const { name, namespace, uid, creationTimestamp, metadata } = state;
  const { labels, annotations, finalizers, ownerReferences, managedFields } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid,
    resourceVersion: `${Math.max(version, OLDEST_VERSION)}`,
    creationTimestamp: creationTimestamp === '' ? null : creationTimestamp,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
    ...(managedFields === undefined ? {} : { managedFields }),
  };
}
