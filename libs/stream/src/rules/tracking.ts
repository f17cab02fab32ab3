import type { TagReference } from '#lib/events';
import type { Draft } from '../draft.js';
import { trackedTag } from '../image-stream.js';

/**
 * Lets the tags that track another tag of this stream follow the tags that moved, and in turn the tags that track
 * those. Every tag takes over at most once, from what it tracks as that stands in the end: so chains settle in one
 * write, and so do cycles and self references.
 */
export function followMovedTags(draft: Draft): void {
  const trackedBy = (tag: string): string | undefined => trackedTag(draft.tag(tag).spec, draft.header);
  const settled = new Set<string>();
  for (const tag of upstreamFirst([...draft.movedTags].sort(), trackedBy)) {
    if (draft.movedTags.has(tag) && !settled.has(tag)) spread(draft, tag, settled);
  }
}

/** Spec tags in an order in which each is resolved to what the tag that it tracks becomes, not to what that was. */
export function trackedFirst(
  references: readonly TagReference[],
  own: { readonly namespace: string; readonly name: string },
): TagReference[] {
  const byTag = new Map(references.map((reference) => [reference.name, reference]));
  const trackedBy = (tag: string): string | undefined => trackedTag(byTag.get(tag) ?? null, own);
  return upstreamFirst(byTag.keys(), trackedBy).flatMap((tag) => byTag.get(tag) ?? []);
}

/**
 * Tags, and all that they track directly or through others, each after the one that it tracks. A circle is cut
 * somewhere.
 */
function upstreamFirst(tags: Iterable<string>, trackedBy: (tag: string) => string | undefined): string[] {
  const placed = new Set<string>();
  const ordered: string[] = [];
  for (const tag of tags) {
    const chain: string[] = [];
    for (let at: string | undefined = tag; at !== undefined && !placed.has(at); at = trackedBy(at)) {
      placed.add(at);
      chain.push(at);
    }
    for (const at of chain.reverse()) ordered.push(at);
  }
  return ordered;
}

function spread(draft: Draft, start: string, settled: Set<string>): void {
  settled.add(start);
  const sources = [start];
  for (let source = sources.pop(); source !== undefined; source = sources.pop()) {
    const item = draft.tag(source).history.head;
    if (item === undefined) continue;
    const followed = source;
    for (const tracker of [...draft.trackersOf(source)].sort()) {
      if (settled.has(tracker)) continue;
      settled.add(tracker);
      draft.move(tracker, item, (step) => ({ type: 'TagFollowed', data: { ...step, followed } }));
      if (draft.movedTags.has(tracker)) sources.push(tracker);
    }
  }
}
