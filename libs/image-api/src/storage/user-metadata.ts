import type { UserMetadata } from '#lib/events';
import type { ObjectMeta } from '../schema/types.js';

/** What of an object's metadata its users decide. */
export const userMetadata = ({
  labels = {},
  annotations = {},
  finalizers = [],
  ownerReferences = [],
}: Pick<ObjectMeta, 'labels' | 'annotations' | 'finalizers' | 'ownerReferences'>): UserMetadata => ({
  labels,
  annotations,
  finalizers,
  ownerReferences,
});

/** The same, with the owners of the object's fields. What clients send of them is the server's by now. */
export const ownedMetadata = (
  metadata: Parameters<typeof userMetadata>[0] & Pick<ObjectMeta, 'managedFields'>,
): UserMetadata => ({
  ...userMetadata(metadata),
  ...(metadata.managedFields === undefined ? {} : { managedFields: metadata.managedFields }),
});
