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
