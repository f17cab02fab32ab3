import type { HistoryMove, TagHistory, TagItem } from '#lib/events';

/**
 * How a history takes in the next item. Only the newest entry is looked at, so A, B, A makes three entries.
 *
 * Where either the image or the reference stays, the newest entry is corrected where it stands and keeps its time:
 * the tag did not move, it is only known better. Only a step in both is a new entry.
 */
export function takeIn(history: TagHistory, next: TagItem): { item: TagItem; move: HistoryMove } {
  const { head } = history;
  if (head === undefined) return { item: next, move: 'appended' };
  const sameImage = head.image === next.image;
  const sameReference = head.dockerImageReference === next.dockerImageReference;
  if (!sameImage && !sameReference) return { item: next, move: 'appended' };
  if (sameImage && sameReference && head.generation === next.generation) return { item: head, move: 'unchanged' };
  return { item: { ...next, created: head.created }, move: 'headReplaced' };
}
