import type { UserMetadata } from '#lib/events';
import type { ObjectMeta } from '#lib/kube-api';

/** What of an object's metadata its users decide, and who of them decided what. */
export const userMetadata = ({
  labels = {},
  annotations = {},
  finalizers = [],
  ownerReferences = [],
  managedFields,
}: ObjectMeta): UserMetadata => ({
  ...{ labels, annotations, finalizers, ownerReferences },
  ...(managedFields === undefined ? {} : { managedFields }),
});
