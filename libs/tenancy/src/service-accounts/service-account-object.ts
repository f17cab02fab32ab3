import type { ServiceAccountContent } from '#lib/events';
import type { KubeObject } from '#lib/kube-api';
import type { ServiceAccountDocument } from '#lib/read-model';

export interface ServiceAccountObject extends KubeObject, ServiceAccountContent {}

/** A service account as an API object. */
export function serviceAccountObject({ account, version }: ServiceAccountDocument): ServiceAccountObject {
  const { namespace, name, uid, creationTimestamp, metadata, content } = account;
  const { labels, annotations, finalizers, ownerReferences, managedFields } = metadata;
  return {
    kind: 'ServiceAccount',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: `${version}`,
      creationTimestamp,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(finalizers.length === 0 ? {} : { finalizers }),
      ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
      ...(managedFields === undefined ? {} : { managedFields }),
    },
    ...content,
  };
}

/** What of an object is its author's, besides its metadata. Lists without items say as much as none. */
export function contentOf({
  secrets = [],
  imagePullSecrets = [],
  automountServiceAccountToken,
}: ServiceAccountObject): ServiceAccountContent {
  return {
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets }),
    ...(automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }),
  };
}
