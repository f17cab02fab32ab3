import type { UserMetadata } from '#lib/events';
import type { ObjectMeta } from '#lib/kube-api';

/** What of an object's metadata its users decide. */
export const userMetadata = ({
  labels = {},
  annotations = {},
  finalizers = [],
  ownerReferences = [],
}: ObjectMeta): UserMetadata => ({ labels, annotations, finalizers, ownerReferences });
