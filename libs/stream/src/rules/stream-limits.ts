import type { Draft } from '../draft.js';
import { usageOf, type ImageStream } from '../image-stream.js';
import type { Maximum, StreamLimits } from '../namespace-bounds.js';
import { membersOf } from '../stream-usage.js';

/**
 * The limits of its namespace that a decision would take a stream beyond. A stream that is beyond them already may be
 * changed as long as nothing new comes in: so it can be brought down again.
 *
 * @returns one sentence for each limit.
 */
export function exceededLimits(before: ImageStream, draft: Draft, limits: StreamLimits): string[] {
  const { current, events } = draft;
  const { header } = current;
  if (header === undefined || events.length === 0) return [];
  const usage = usageOf(current);
  const members = events.flatMap((event) => membersOf(event, header));
  if (!usage.hasNew(members, usageOf(before))) return [];
  return [
    ...exceeded('openshift.io/images', usage.images, limits.images),
    ...exceeded('openshift.io/image-tags', usage.references, limits.imageTags),
  ];
}

const exceeded = (resource: string, used: number, limit: Maximum | undefined): string[] =>
  limit === undefined || used <= limit.max
    ? []
    : [
        `requested usage of ${resource} exceeds the maximum limit per openshift.io/ImageStream ` +
          `(${used} > ${limit.text})`,
      ];
