import { isDeepStrictEqual } from 'node:util';
import type { UserMetadata } from '#lib/events';
import type { Draft } from '../draft.js';

/** Takes over labels, annotations, finalizers and owners. They do not count as a change of the spec. */
export function changeMetadata(draft: Draft, metadata: UserMetadata): void {
  if (!isDeepStrictEqual(draft.header.metadata, metadata)) {
    draft.emit({ type: 'ImageStreamMetadataChanged', data: metadata });
  }
}
